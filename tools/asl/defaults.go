package asl

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/lokki/graph"
)

// defaults returns the start's defaults in a form that means the same in a
// payload template with substitutions.
//
// A "${" would be taken for a substitution, so its "$" is written as an
// escape, which only JSON readers undo. A field whose name ends in ".$" would
// be taken for a path, and for that there is no escape.
//
// Defaults are all of a payload that its user can make large; what else there
// is has bounds of its own and is 2 KiB at most.
func (b *builder) defaults(n graph.Node) json.RawMessage {
	if n.Defaults == nil {
		return nil
	}
	var value any
	var compact bytes.Buffer // as in the payload
	if err := cmp.Or(json.Unmarshal(n.Defaults, &value), json.Compact(&compact, n.Defaults)); err != nil {
		b.report(n, "the defaults are not JSON: "+err.Error(), "")
		return nil
	}
	if size := compact.Len(); size > maxPayload/2 {
		b.report(n, fmt.Sprintf("the defaults have %d bytes; with the execution's input they may not exceed the %d of a state's payload",
			size, maxPayload), fmt.Sprintf("keep defaults to %d bytes, and let the step read what is larger from where it lies", maxPayload/2))
	}
	for _, field := range pathFields(value, "") {
		b.report(n, fmt.Sprintf("the defaults' field %q ends in \".$\", which Step Functions takes for a path", field),
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
