package inputs

import (
	"encoding"
	stdjson "encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// field is one member of a struct's JSON object.
type field struct {
	name   string
	typ    reflect.Type
	quoted bool // the tag says ",string": the value is in quotes

	tagged bool
	index  []int // as in reflect.StructField, from the outermost struct
}

// fieldsOf lists the fields of a struct as encoding/json sees them, in the
// order of their declaration: those of embedded structs are the struct's own,
// the least deep wins, then the one with a tag; a tie removes them all.
// (https://pkg.go.dev/encoding/json#Marshal)
func fieldsOf(t reflect.Type) []field {
	type embedded struct {
		typ   reflect.Type
		index []int
	}
	var fields []field
	seen := map[string]bool{} // names of the levels above
	visited := map[reflect.Type]bool{}
	for level := []embedded{{typ: t}}; len(level) > 0; {
		var found []field
		var next []embedded
		for _, e := range level {
			visited[e.typ] = true
		}
		for _, e := range level {
			for i := range e.typ.NumField() {
				sf := e.typ.Field(i)
				index := append(slices.Clone(e.index), i)
				f, inner, ok := describe(sf)
				switch {
				case !ok:
				case inner == nil:
					f.index = index
					found = append(found, f)
				case !visited[inner]:
					next = append(next, embedded{inner, index})
				}
			}
		}
		for _, f := range dominant(found) {
			if !seen[f.name] {
				fields = append(fields, f)
			}
		}
		for _, f := range found {
			seen[f.name] = true
		}
		level = next
	}
	slices.SortFunc(fields, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return fields
}

// describe reads a struct field's tag. It returns the type of an embedded
// struct whose fields are to be taken instead, and reports false for a field
// that has no JSON.
func describe(sf reflect.StructField) (f field, inner reflect.Type, ok bool) {
	target := sf.Type
	if target.Kind() == reflect.Pointer {
		target = target.Elem()
	}
	if !sf.IsExported() && (!sf.Anonymous || target.Kind() != reflect.Struct) {
		return field{}, nil, false
	}
	tag := sf.Tag.Get("json")
	if tag == "-" {
		return field{}, nil, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if sf.Anonymous && name == "" && target.Kind() == reflect.Struct {
		return field{}, target, true
	}
	if !sf.IsExported() {
		return field{}, nil, false
	}
	f = field{name: name, typ: sf.Type, tagged: name != ""}
	if name == "" {
		f.name = sf.Name
	}
	// The option is for numbers, truth values and strings only.
	switch target.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		f.quoted = slices.Contains(strings.Split(options, ","), "string")
	}
	return f, nil, true
}

// dominant settles which of the fields of one level stand for their names.
func dominant(level []field) []field {
	var won []field
	for _, f := range level {
		same, tagged := 0, 0
		for _, g := range level {
			if g.name == f.name {
				same++
				if g.tagged {
					tagged++
				}
			}
		}
		if same == 1 || f.tagged && tagged == 1 {
			won = append(won, f)
		}
	}
	return won
}

var ownForms = []reflect.Type{
	reflect.TypeFor[stdjson.Unmarshaler](), reflect.TypeFor[json.UnmarshalerFrom](), reflect.TypeFor[encoding.TextUnmarshaler](),
}

// custom reports whether t reads its JSON by itself.
func custom(t reflect.Type) bool {
	return slices.ContainsFunc(ownForms, reflect.PointerTo(t).Implements)
}

// mergeable reports whether values of type t are overridden field by field.
func mergeable(t reflect.Type) bool { return t.Kind() == reflect.Struct && !custom(t) }

// pointed is the type that a chain of pointers leads to. A pointer type can't
// contain itself without a name, and one that does holds no value.
func pointed(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer && !custom(t) && t.Elem() != t {
		t = t.Elem()
	}
	return t
}
