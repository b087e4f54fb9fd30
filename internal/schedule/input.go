package schedule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/suggest"
)

// attributes are the placeholders that EventBridge Scheduler replaces in the input
// when it starts a flow, with a sample value for each
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html).
var attributes = map[string]string{
	"schedule-arn":   "arn:aws:scheduler:eu-west-1:123456789012:schedule/flows/daily",
	"scheduled-time": "2030-01-31T06:00:00Z",
	"execution-id":   "d32c5kddcf5bb8c3",
	"attempt-number": "1",
}

var attribute = regexp.MustCompile(`<aws\.scheduler\.([^<>"]*)>`)

// checkInput checks what can be checked without the flow's types.
func (s Schedule) checkInput() []graph.Problem {
	if !json.Valid(s.Input) {
		return []graph.Problem{{What: "the input is not JSON", Hint: `write a dictionary, as in input = {"count": 2}`}}
	}
	var all []graph.Problem
	if size := len(s.CompactInput()); size > maxInput {
		all = append(all, graph.Problem{
			What: fmt.Sprintf("the input has %d bytes; EventBridge Scheduler allows %d", size, maxInput),
			Hint: "let the first step read large data from a file or S3, and pass its name here",
		})
	}
	names := slices.Sorted(maps.Keys(attributes))
	for _, m := range attribute.FindAllSubmatch(s.Input, -1) {
		name := string(m[1])
		if attributes[name] != "" {
			continue
		}
		hint := "the attributes are " + strings.Join(names, ", ")
		if near := suggest.Name(name, names); near != "" {
			hint = fmt.Sprintf("did you mean <aws.scheduler.%s>?", near)
		}
		all = append(all, graph.Problem{What: fmt.Sprintf("the input has <aws.scheduler.%s>, which EventBridge Scheduler has no value for", name), Hint: hint})
	}
	return all
}

// CompactInput returns the input without white space.
func (s Schedule) CompactInput() []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, s.Input); err != nil {
		return s.Input // Validate reports the error
	}
	return b.Bytes()
}

// SampleInput returns the input as a run could get it: with samples instead of the
// attributes.
func (s Schedule) SampleInput() []byte {
	return attribute.ReplaceAllFunc(s.Input, func(m []byte) []byte {
		return []byte(attributes[string(attribute.FindSubmatch(m)[1])])
	})
}
