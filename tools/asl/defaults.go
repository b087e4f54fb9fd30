package asl

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/plan"
)

// defaults returns the defaults of the flow's input, in a form that means the
// same in a payload template with substitutions.
//
// A "${" would be read as a substitution, so its "$" is written as an escape,
// which only JSON readers undo. A field whose name ends in ".$" would be read
// as a path, and there is no escape for that.
//
// Only the defaults can make a payload large; the rest is limited to 2 KiB.
func (b *builder) defaults(n *plan.Step) json.RawMessage {
	if n.Defaults == nil {
		return nil
	}
	var value any
	var compact bytes.Buffer // as in the payload
	if err := cmp.Or(json.Unmarshal(n.Defaults, &value), json.Compact(&compact, n.Defaults)); err != nil {
		b.report(n.Position, n.Name, "the defaults are not JSON: "+err.Error(), "")
		return nil
	}
	if size := compact.Len(); size > awslimits.StateBytes/2 {
		b.report(n.Position, n.Name, fmt.Sprintf("the defaults have %d bytes; with the execution's input they must fit the %d of a state's payload",
			size, awslimits.StateBytes), fmt.Sprintf("keep defaults to %d bytes, and let the step read larger data from elsewhere", awslimits.StateBytes/2))
	}
	for _, field := range pathFields(value, "") {
		b.report(n.Position, n.Name, fmt.Sprintf("the defaults' field %q ends in \".$\", which Step Functions reads as a path", field),
			"give the field another JSON name, or leave it out of the defaults")
	}
	return bytes.ReplaceAll(compact.Bytes(), []byte("${"), []byte(`\u0024{`))
}

// pathFields returns the dotted names of all fields that end in ".$", sorted.
func pathFields(value any, at string) []string {
	var found []string
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if strings.HasSuffix(name, ".$") {
				found = append(found, at+name)
			}
			found = append(found, pathFields(inner, at+name+".")...)
		}
	case []any:
		for _, inner := range v {
			found = append(found, pathFields(inner, at)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
