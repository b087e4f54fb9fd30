package interpreter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/lokki-build/lokki/internal/suggest"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// object is a JSON object of a definition, its members in the order of the
// text. The methods that read a member report it if it is wrong, and mark it as
// known, so that done can report the others.
type object struct {
	at      string
	names   []string
	members map[string]any // *object, []any, or a value
	known   []string
	p       *problems
}

// readTree reads a definition. Problems that don't stop the reading go to p.
func readTree(text []byte, p *problems) *object {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsonvalue.ReadOptions)
	root, err := readNode(d, "", p)
	if err == nil {
		if _, more := d.ReadToken(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the definition")
		}
	}
	if err != nil {
		p.add("/", "reading the definition: not JSON: %v", err)
		return nil
	}
	top, ok := root.(*object)
	if !ok {
		p.add("/", "a definition is a JSON object")
		return nil
	}
	return top
}

func readNode(d *jsontext.Decoder, at string, p *problems) (any, error) {
	switch d.PeekKind() {
	case jsontext.KindBeginObject:
		return readObject(d, at, p)
	case jsontext.KindBeginArray:
		if _, err := d.ReadToken(); err != nil {
			return nil, err
		}
		array := []any{}
		for d.PeekKind() != jsontext.KindEndArray {
			element, err := readNode(d, fmt.Sprintf("%s[%d]", at, len(array)), p)
			if err != nil {
				return nil, err
			}
			array = append(array, element)
		}
		_, err := d.ReadToken()
		return array, err
	default:
		return jsonvalue.Decode(d)
	}
}

func readObject(d *jsontext.Decoder, at string, p *problems) (*object, error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	o := &object{at: at, members: map[string]any{}, p: p}
	for d.PeekKind() != jsontext.KindEndObject {
		token, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if _, twice := o.members[name]; twice {
			p.add(at+"/"+name, "the name is used twice in one object")
		} else {
			o.names = append(o.names, name)
		}
		if o.members[name], err = readNode(d, at+"/"+name, p); err != nil {
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return o, err
}

// plain returns the value of a part of the tree.
func plain(node any) any {
	switch n := node.(type) {
	case *object:
		value := make(map[string]any, len(n.names))
		for _, name := range n.names {
			value[name] = plain(n.members[name])
		}
		return value
	case []any:
		value := make([]any, len(n))
		for i, element := range n {
			value[i] = plain(element)
		}
		return value
	default:
		return node
	}
}

func (o *object) path(name string) string { return o.at + "/" + name }

func (o *object) has(name string) bool {
	_, ok := o.members[name]
	return ok
}

// get returns the member of that name, and whether it exists.
func (o *object) get(name string) (any, bool) {
	o.known = append(o.known, name)
	member, ok := o.members[name]
	return member, ok
}

// refuse reports a member that the language has but this package doesn't
// support.
func (o *object) refuse(why string, names ...string) {
	for _, name := range names {
		if _, ok := o.get(name); ok {
			o.p.add(o.path(name), "%s", why)
		}
	}
}

func (o *object) str(name string) (string, bool) {
	member, ok := o.get(name)
	if !ok {
		return "", false
	}
	s, ok := member.(string)
	if !ok {
		o.p.add(o.path(name), "want a string, not %s", jsonvalue.Kind(member))
	}
	return s, ok
}

func (o *object) boolean(name string) bool {
	member, ok := o.get(name)
	if !ok {
		return false
	}
	b, ok := member.(bool)
	if !ok {
		o.p.add(o.path(name), "want true or false, not %s", jsonvalue.Kind(member))
	}
	return b
}

// integer returns a whole number from least to most; the default is otherwise.
func (o *object) integer(name string, otherwise, least, most int) int {
	member, ok := o.get(name)
	if !ok {
		return otherwise
	}
	n, ok := jsonvalue.Integer(member)
	if !ok || n < least || n > most {
		o.p.add(o.path(name), "want a whole number from %d to %d, not %s", least, most, jsonvalue.Append(nil, plain(member)))
		return otherwise
	}
	return n
}

func (o *object) float(name string, otherwise, least, most float64) float64 {
	member, ok := o.get(name)
	if !ok {
		return otherwise
	}
	n, ok := member.(json.Number)
	if f := jsonvalue.Float(n); ok && f >= least && f <= most {
		return f
	}
	o.p.add(o.path(name), "want a number from %g to %g, not %s", least, most, jsonvalue.Append(nil, plain(member)))
	return otherwise
}

func (o *object) object(name string) *object {
	member, ok := o.get(name)
	if !ok {
		return nil
	}
	child, ok := member.(*object)
	if !ok {
		o.p.add(o.path(name), "want an object, not %s", jsonvalue.Kind(member))
	}
	return child
}

// objects returns the elements of an array of objects.
func (o *object) objects(name string) []*object {
	member, ok := o.get(name)
	if !ok {
		return nil
	}
	array, ok := member.([]any)
	if !ok {
		o.p.add(o.path(name), "want an array, not %s", jsonvalue.Kind(member))
		return nil
	}
	var list []*object
	for i, element := range array {
		if child, ok := element.(*object); ok {
			list = append(list, child)
		} else {
			o.p.add(fmt.Sprintf("%s[%d]", o.path(name), i), "want an object, not %s", jsonvalue.Kind(element))
		}
	}
	return list
}

// require reports missing members.
func (o *object) require(names ...string) {
	for _, name := range names {
		if !o.has(name) {
			o.p.add(o.path(name), "it is required")
		}
	}
}

// atMostOne reports if several of names are present.
func (o *object) atMostOne(names ...string) {
	first := ""
	for _, name := range names {
		if !o.has(name) {
			continue
		}
		if first != "" {
			o.p.add(o.path(name), "it can't be combined with %s", first)
		}
		first = name
	}
}

// done reports the members that nothing has read.
func (o *object) done() {
	known := map[string]bool{}
	for _, name := range o.known {
		known[name] = true
	}
	for _, name := range o.names {
		if known[name] {
			continue
		}
		hint := ""
		if near := suggest.Name(name, o.known); near != "" {
			hint = "did you mean " + near + "?"
		}
		o.p.hint(o.path(name), hint, "unknown field")
	}
}
