package chain

import (
	"encoding"
	stdjson "encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/graph"
)

// checkTypes reports types that can't be passed on. Arguments are results of the
// previous step, so only a start's argument is checked.
func (b *builder) checkTypes(n *Node, node *graph.Step) {
	before := len(b.problems)
	if n.Kind == Start {
		b.storable(node, "argument", n.In)
	}
	if n.defaultsErr != nil && len(b.problems) == before {
		b.report(graph.Problem{Position: node.Position, Step: node.Name, What: "its defaults can't be stored: " + n.defaultsErr.Error()})
	}
	b.storable(node, "result", n.Out)
	list, hint := n.List, "return a plain slice, such as []string, of a type other than byte"
	if n.Kind == Agg {
		list, hint = n.In, "let the steps of the map return a type other than byte"
	}
	if list != nil && !storedAsList(list) {
		b.report(graph.Problem{
			Position: node.Position, Step: node.Name, Hint: hint,
			What: fmt.Sprintf("%s is not stored as a list of items", list),
		})
	}
}

func (b *builder) storable(node *graph.Step, role string, t reflect.Type) {
	if t.Kind() == reflect.Pointer && slices.Contains(nilKinds, t.Elem().Kind()) {
		b.report(graph.Problem{
			Position: node.Position, Step: node.Name, Hint: fmt.Sprintf("use %s itself", t.Elem()),
			What: fmt.Sprintf("its %s type %s can't be stored: JSON can't tell a pointer to nil from nil", role, t),
		})
	}
	for _, err := range codec.CheckType(t) {
		what, hint, _ := strings.Cut(err.Error(), "\nhint: ")
		b.report(graph.Problem{
			Position: node.Position, Step: node.Name, Hint: hint,
			What: fmt.Sprintf("its %s type %s can't be stored: %s", role, t, what),
		})
	}
}

// nilKinds are the kinds of types with nil values, which are null in JSON. The codec
// refuses pointers to such values, except the pointer that it is called with, which
// it dereferences.
var nilKinds = []reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface}

// storedAsList reports whether a slice type becomes a JSON array: it has no custom
// format, and it is not bytes, which become one string.
func storedAsList(t reflect.Type) bool {
	bytes := t.Elem().Kind() == reflect.Uint8 && !hasOwnForm(t.Elem())
	return !hasOwnForm(t) && !bytes
}

var ownForms = []reflect.Type{
	reflect.TypeFor[stdjson.Marshaler](), reflect.TypeFor[json.MarshalerTo](),
	reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender](),
}

// hasOwnForm reports whether values of type t encode their own JSON.
func hasOwnForm(t reflect.Type) bool {
	return slices.ContainsFunc(ownForms, reflect.PointerTo(t).Implements)
}
