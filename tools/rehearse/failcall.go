package rehearse

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/internal/suggest"
)

// Call is one call of a step, or all of them.
type Call struct {
	Step  string
	Index []int // of the item in each map around the step, outermost first; empty for every call
	Times int   // attempts that fail; 0 for all

	// Error is the type of the errors, as a Retry matches it: "Throttled" for
	// *birds.Throttled. Empty is the type that errors.New returns.
	Error string
}

// String formats the call as ParseCall reads it.
func (c Call) String() string {
	text := c.Step
	for i, n := range c.Index {
		text += string("@/"[min(i, 1)]) + strconv.Itoa(n)
	}
	if c.Times > 0 {
		text += ":" + strconv.Itoa(c.Times)
	}
	if c.Error != "" {
		text += "=" + c.Error
	}
	return text
}

func (c Call) flag() string { return "--fail " + c.String() }

// ParseCall parses "flap-bird", "flap-bird@3", "count-word@2/17", "flap-bird@3:2"
// for only the first two attempts, and "flap-bird@3:2=Throttled" for a type of
// error.
func ParseCall(text string) (Call, error) {
	wrong := func(what string) error {
		return fmt.Errorf("%q: %s\nhint: write STEP, STEP@INDEX or STEP@INDEX:TIMES, followed by =TYPE for an error type, as in flap-bird@3 or count-word@2/17:1=Throttled", text, what)
	}
	rest, kind, typed := strings.Cut(text, "=")
	rest, times, limited := strings.Cut(rest, ":")
	name, index, indexed := strings.Cut(rest, "@")
	c := Call{Step: name}
	if name == "" {
		return c, wrong("no step")
	}
	if limited {
		n, err := strconv.Atoi(times)
		if err != nil || n < 1 {
			return c, wrong(fmt.Sprintf("%q is not a number of attempts", times))
		}
		c.Times = n
	}
	if indexed {
		for part := range strings.SplitSeq(strings.TrimSuffix(index, "/"), "/") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 0 {
				return c, wrong(fmt.Sprintf("%q is not the index of an item", part))
			}
			c.Index = append(c.Index, n)
		}
	}
	if typed {
		if c.Error = errorType(kind); c.Error == "" {
			return c, wrong(fmt.Sprintf("%q is not the name of a type of error", kind))
		}
	}
	return c, nil
}

var typeName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

// errorType returns the name by which rules match errors of a type, or "" if text
// isn't one. It also accepts Go's spelling, as in *birds.Throttled; packages are
// lowercase, unlike the namespaces of AWS and of lokki.
func errorType(text string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(text, "*"), "[") // for generic types
	name = name[strings.LastIndexByte(name, '/')+1:]
	if !typeName.MatchString(name) {
		return ""
	}
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && unicode.IsLower([]rune(name)[0]) {
		name = name[dot+1:]
	}
	return name
}

// check reports calls that the flow doesn't make.
func (f Faults) check(g graph.Graph) error {
	var problems []error
	for _, c := range f.Fail {
		problems = append(problems, c.check(g))
	}
	return errors.Join(problems...)
}

func (c Call) check(g graph.Graph) error {
	var names []string
	for _, n := range plan.New(g).Steps {
		if n.Name != c.Step {
			names = append(names, n.Name)
			continue
		}
		if len(c.Index) > 0 && len(c.Index) != len(n.Scope()) {
			return fmt.Errorf("%q: %s is in %s, but the index has %d", c, c.Step, progress.Plural(int64(len(n.Scope())), "map"), len(c.Index))
		}
		return nil
	}
	hint := "the steps are " + strings.Join(names, ", ")
	if near := suggest.Name(c.Step, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("%q: %s has no step of this name\nhint: %s", c, g.Flow, hint)
}

// within reports whether the call is among those that a request for some items
// makes.
func (c Call) within(r envelope.Request, items int) bool {
	if len(c.Index) == 0 {
		return true
	}
	outer, first, ok := envelope.Parent(r.Path)
	if !ok {
		return false
	}
	last := c.Index[len(c.Index)-1]
	var path string
	for _, i := range c.Index[:len(c.Index)-1] {
		path = envelope.Child(path, i)
	}
	return path == outer && first <= last && last < first+items
}

// failure is the function's response; in a batch it names the item, as steps
// do.
func (c Call) failure(items int) lambdahost.Result {
	message := "failed on purpose"
	if items > 1 && len(c.Index) > 0 {
		message = fmt.Sprintf("item %d: %s", c.Index[len(c.Index)-1], message)
	}
	return failed(cmp.Or(c.Error, failure.Plain), message)
}
