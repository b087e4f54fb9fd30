package interpreter

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
)

// mapState is a Map state.
type mapState struct {
	distributed bool
	express     bool // the children are Express executions
	scope       *scope
	label       string // if "", each run gets a new one
	items       *jsonpath.Path
	reader      *itemReader
	selector    template
	batcher     *batcher
	writer      *resultWriter
	concurrency setting
	percentage  setting
	count       setting
}

// itemReader says which object has the items.
type itemReader struct {
	parameters template
	lines      bool // JSON Lines rather than an array
	most       setting
}

// batcher says how items are batched.
type batcher struct {
	items setting
	bytes setting
	input template
}

// resultWriter says where results go.
type resultWriter struct {
	parameters template
}

// forbiddenLetter are not allowed in labels; nor are blanks and control characters.
const forbiddenLetter = "?*<>{}[]:;,\\|^~$#%&`\""

var (
	getObject = regexp.MustCompile(`^arn:aws[a-z-]*:states:::s3:getObject$`)
	putObject = regexp.MustCompile(`^arn:aws[a-z-]*:states:::s3:putObject$`)
)

func (r *stateReader) mapState() {
	o := r.o
	r.paths()
	r.result(true)
	r.transition()
	r.handlers()
	a := &mapState{}
	r.n.action = a
	r.processor(a)
	a.items = wholeInput
	if o.has("ItemsPath") {
		if a.items = requiredReference(o, "ItemsPath"); a.items == nil {
			a.items = wholeInput
		}
	}
	o.atMostOne("ItemSelector", "Parameters") // the latter is the older name
	a.selector = r.template("ItemSelector")
	if older := r.template("Parameters"); older != nil {
		a.selector = older
	}
	a.concurrency = wholeSetting(o, "MaxConcurrency", 0, 0, awslimits.TimerSeconds)
	if a.distributed {
		r.distributed(a)
		return
	}
	for _, name := range []string{"ItemReader", "ItemBatcher", "ResultWriter", "Label", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "ToleratedFailureCount", "ToleratedFailureCountPath"} {
		if _, ok := o.get(name); ok {
			o.p.hint(o.path(name), "set \"Mode\": \"DISTRIBUTED\" in ItemProcessor/ProcessorConfig", "only a Distributed Map has it")
		}
	}
}

// processor reads ItemProcessor, or Iterator, its older name.
func (r *stateReader) processor(a *mapState) {
	o := r.o
	o.atMostOne("ItemProcessor", "Iterator")
	p := o.object("Iterator")
	if p == nil {
		o.require("ItemProcessor")
		if p = o.object("ItemProcessor"); p == nil {
			return
		}
	}
	p.str("Comment")
	readLanguage(p)
	if c := p.object("ProcessorConfig"); c != nil {
		mode, ok := c.str("Mode")
		if ok && mode != "INLINE" && mode != "DISTRIBUTED" {
			o.p.add(c.path("Mode"), "want INLINE or DISTRIBUTED, not %q", mode)
		}
		a.distributed = mode == "DISTRIBUTED"
		execution, ok := c.str("ExecutionType")
		switch {
		case ok && execution != "STANDARD" && execution != "EXPRESS":
			o.p.add(c.path("ExecutionType"), "want STANDARD or EXPRESS, not %q", execution)
		case ok && !a.distributed:
			o.p.add(c.path("ExecutionType"), "only a Distributed Map has it")
		case !ok && a.distributed:
			o.p.add(c.path("ExecutionType"), "it is required in a Distributed Map")
		}
		a.express = execution == "EXPRESS"
		c.done()
	}
	where := place{express: r.where.express, inline: true, depth: r.where.depth + 1}
	if a.distributed {
		if r.where.express {
			o.p.hint(o.at, "give the map around it \"ExecutionType\": \"STANDARD\"", "a Distributed Map can't run in an Express execution")
		}
		where.express, where.inline = a.express, false
	}
	if where.depth > maxDepth {
		o.p.add(o.at, "maps and branches are nested more than %d deep", maxDepth)
		return
	}
	a.scope = r.l.scope(p, where)
	p.done()
}

const maxDepth = 100

// distributed reads the fields that only a Distributed Map has.
func (r *stateReader) distributed(a *mapState) {
	o := r.o
	a.percentage = floatSetting(o, "ToleratedFailurePercentage", 0, 100)
	a.count = wholeSetting(o, "ToleratedFailureCount", 0, 0, awslimits.Items)
	r.label(a)
	if reader := o.object("ItemReader"); reader != nil {
		if o.has("ItemsPath") {
			o.p.add(o.path("ItemsPath"), "it is not supported with ItemReader here")
		}
		a.reader = readItemReader(reader)
	}
	if b := o.object("ItemBatcher"); b != nil {
		a.batcher = &batcher{
			items: wholeSetting(b, "MaxItemsPerBatch", awslimits.Items, 1, awslimits.Items),
			bytes: wholeSetting(b, "MaxInputBytesPerBatch", awslimits.StateBytes, 1, awslimits.StateBytes),
		}
		if !a.batcher.items.given && !a.batcher.bytes.given {
			b.p.add(b.at, "want MaxItemsPerBatch, MaxInputBytesPerBatch or both")
		}
		if node, ok := b.get("BatchInput"); ok {
			a.batcher.input = readTemplate(node, b.path("BatchInput"), b.p)
		}
		b.done()
	}
	if w := o.object("ResultWriter"); w != nil {
		a.writer = &resultWriter{parameters: readTarget(w, putObject, "Bucket", "Prefix")}
		w.refuse("options of the result files are not supported here", "WriterConfig")
		w.refuse(noJSONata, "Arguments")
		w.done()
	}
}

func (r *stateReader) label(a *mapState) {
	label, ok := r.o.str("Label")
	if !ok {
		return
	}
	a.label = label
	at := r.o.path("Label")
	if n := utf8.RuneCountInString(label); n == 0 || n > awslimits.LabelLength {
		r.l.p.add(at, "the label has %d characters: 1 to %d are allowed", n, awslimits.LabelLength)
	}
	if i := strings.IndexFunc(label, func(c rune) bool {
		return strings.ContainsRune(forbiddenLetter, c) || unicode.IsSpace(c) || unicode.IsControl(c)
	}); i >= 0 {
		r.l.p.add(at, "the label has %q, which is not allowed in labels", []rune(label[i:])[0])
	}
	if first, ok := r.l.labels[label]; ok {
		r.l.p.add(at, "there is a map with this label already, %s", first)
	}
	r.l.labels[label] = r.o.at
}

func readItemReader(o *object) *itemReader {
	reader := &itemReader{parameters: readTarget(o, getObject, "Bucket", "Key")}
	o.refuse(noJSONata, "Arguments")
	o.require("ReaderConfig")
	if c := o.object("ReaderConfig"); c != nil {
		c.require("InputType")
		kind, ok := c.str("InputType")
		if ok && kind != "JSON" && kind != "JSONL" {
			o.p.add(c.path("InputType"), "only JSON and JSONL are supported here, not %s", kind)
		}
		reader.lines = kind == "JSONL"
		reader.most = wholeSetting(c, "MaxItems", 0, 0, awslimits.Items)
		c.refuse("it is not supported here", "CSVDelimiter", "CSVHeaderLocation", "CSVHeaders", "ItemsPointer", "ManifestType", "Transformation")
		c.done()
	}
	o.done()
	return reader
}

// readTarget reads Resource and the Parameters that name an object.
func readTarget(o *object, resource *regexp.Regexp, fields ...string) template {
	o.require("Resource", "Parameters")
	if text, ok := o.str("Resource"); ok && !resource.MatchString(text) {
		o.p.hint(o.path("Resource"), fmt.Sprintf("supported is %s", strings.NewReplacer("^arn:aws[a-z-]*", "arn:<partition>", "$", "").Replace(resource.String())), "can't run %s", text)
	}
	parameters := o.object("Parameters")
	if parameters == nil {
		return nil
	}
	for i, name := range fields {
		parameters.str(name)
		parameters.str(name + ".$")
		if !parameters.has(name) && !parameters.has(name+".$") && (i == 0 || name == "Key") {
			o.p.add(parameters.path(name), "it is required")
		}
	}
	t := readTemplate(parameters, parameters.at, o.p)
	parameters.refuse("object versions are not supported here", "VersionId", "VersionId.$")
	parameters.done()
	return t
}
