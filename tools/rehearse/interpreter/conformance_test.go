package interpreter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

var update = flag.Bool("update", false, "write histories, calls and objects into the cases that have them")

const (
	machineARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:birds"
	topARN     = "arn:aws:states:eu-west-1:123456789012:execution:birds:run-1"
)

// A case shows what the language says about a machine. Its files:
//
//	machine.json        the definition
//	input.json          the execution's input; {} without it
//	lambda.json         what functions answer, by name: a list of replies
//	s3/BUCKET/KEY       objects
//	deny                a call of S3, or an action of the role, that is not allowed
//	output.json, error, problems    how it ends; a case has one of them
//	history, children, calls, objects    more that is to be seen, if the case has it
//
// lambda.redrive.json makes a redrive, with the ends output.redrive.json and so on;
// lambda.redrive2.json makes another.
func TestConformance(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases: ", err)
	}
	defer interpreter.SetRandom(func() float64 { return 0.5 })()
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]string
			synctest.Test(t, func(t *testing.T) { got = runCase(t, files(archive)) })
			compare(t, path, archive, got)
		})
	}
}

func files(archive *txtar.Archive) map[string]string {
	m := map[string]string{}
	for _, f := range archive.Files {
		m[f.Name] = string(f.Data)
	}
	return m
}

// ends are the files of which a case must have one.
var ends = []string{"output.json", "error", "problems"}

var known = regexp.MustCompile(`^(machine\.json|input\.json|lambda(\.redrive2?)?\.json|s3/.+|deny|problems|output(\.redrive2?)?\.json|(error|history|children|calls|objects)(\.redrive2?)?)$`)

// compare checks the case's files against the results. With -update it writes
// those that only describe a run; how a case ends is written by hand.
func compare(t *testing.T, path string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	ended := false
	for i, f := range archive.Files {
		if !known.MatchString(f.Name) {
			t.Errorf("the case has an unknown file %s", f.Name)
		}
		text, made := got[f.Name]
		if slices.Contains(ends, f.Name) {
			ended = true
		}
		if !made {
			if strings.HasPrefix(f.Name, "output") || strings.HasPrefix(f.Name, "error") || f.Name == "problems" {
				t.Errorf("no %s:\n%s", f.Name, dump(got))
			}
			continue
		}
		if same(f.Name, string(f.Data), text) {
			continue
		}
		if *update && !strings.HasPrefix(f.Name, "output") && !strings.HasPrefix(f.Name, "error") {
			archive.Files[i].Data = []byte(text)
			continue
		}
		t.Errorf("%s: got\n%s\nwant\n%s", f.Name, text, f.Data)
	}
	if !ended {
		t.Errorf("the case has none of %v:\n%s", ends, dump(got))
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func dump(got map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintf(&b, "-- %s --\n%s", name, got[name])
	}
	return b.String()
}

// same compares outputs as JSON and everything else as text.
func same(name, want, got string) bool {
	if !strings.HasPrefix(name, "output") {
		return want == got
	}
	return canonical(want) == canonical(got)
}

func canonical(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err.Error()
	}
	out, _ := json.Marshal(v)
	return string(out)
}

var uuidForm = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// masker replaces each UUID by a number.
type masker map[string]string

func (m masker) mask(text string) string {
	return uuidForm.ReplaceAllStringFunc(text, func(id string) string {
		if m[id] == "" {
			m[id] = fmt.Sprintf("<uuid %d>", len(m)+1)
		}
		return m[id]
	})
}

func runCase(t *testing.T, in map[string]string) map[string]string {
	got := map[string]string{}
	machine, err := interpreter.Load([]byte(in["machine.json"]))
	if err != nil {
		got["problems"] = err.Error() + "\n"
		return got
	}
	input := in["input.json"]
	if input == "" {
		input = "{}"
	}
	deny := strings.TrimSpace(in["deny"])
	store := &bucket{objects: map[string][]byte{}, deny: deny}
	for name, text := range in {
		if object, ok := strings.CutPrefix(name, "s3/"); ok {
			store.objects[object] = []byte(text)
		}
	}
	before := maps.Clone(store.objects)
	history := &histories{events: map[string][][]byte{}}
	env := interpreter.Env{
		Name: "run-1", Input: []byte(strings.TrimSpace(input)), Machine: machineARN, Role: "arn:aws:iam::123456789012:role/birds",
		Objects: store, History: history, Past: history.Past,
		Allow: func(action, resource string) error {
			if deny == action {
				return fmt.Errorf("the role may not call %s on %s", action, uuidForm.ReplaceAllString(resource, "UUID"))
			}
			return nil
		},
	}
	m := masker{}
	once := func(suffix string, run func(context.Context, interpreter.Env) ([]byte, error)) {
		function := &scripted{}
		if text := in["lambda"+suffix+".json"]; text != "" {
			if err := json.Unmarshal([]byte(text), &function.rules); err != nil {
				t.Fatal("lambda"+suffix+".json: ", err)
			}
		}
		env.Lambda = function
		output, err := run(t.Context(), env)
		got["history"+suffix] = m.mask(history.show(topARN))
		got["children"+suffix] = m.mask(history.children(topARN))
		slices.Sort(function.calls)
		got["calls"+suffix] = m.mask(strings.Join(append(function.calls, ""), "\n"))
		got["objects"+suffix] = m.mask(written(before, store.objects))
		if err != nil {
			got["error"+suffix] = m.mask(err.Error()) + "\n"
			var f *interpreter.Failure
			if !errors.As(err, &f) {
				got["error"+suffix] = "not a failure: " + got["error"+suffix]
			}
		} else {
			got["output"+suffix+".json"] = m.mask(string(output)) + "\n"
		}
	}
	once("", machine.Execute)
	for _, suffix := range []string{".redrive", ".redrive2"} {
		if _, ok := in["lambda"+suffix+".json"]; ok {
			store.deny, deny = "", ""
			once(suffix, machine.Redrive)
		}
	}
	return got
}

// written are the objects that were put, with each array element on its own
// line.
func written(before, after map[string][]byte) string {
	var list []string
	for name, data := range after {
		if _, old := before[name]; old {
			continue
		}
		text := bytes.ReplaceAll(data, []byte(`},{"`), []byte("},\n{\""))
		list = append(list, fmt.Sprintf("%s\n%s\n", uuidForm.ReplaceAllString(name, "UUID"), text))
	}
	slices.Sort(list)
	return strings.Join(list, "")
}
