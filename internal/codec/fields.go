package codec

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// field is a member of a struct's JSON object.
type field struct {
	name     string
	index    []int // as in reflect.StructField, from the outermost struct
	typ      reflect.Type
	omit     bool // when it is zero
	quoted   bool
	plain    bool        // without quotes and methods
	embedded *structForm // of an embedded struct that is a field because its tag names it
}

// flattener collects the fields of a struct: its own and those of the structs
// it embeds, as encoding/json does. It doesn't choose between two fields with one
// name, since both must be kept.
type flattener struct {
	c      *checker
	form   structForm
	names  map[string]string // the Go path of each JSON name
	within []reflect.Type    // what is embedded in what
	odd    bool              // json would refuse the struct
	loses  bool              // json would omit a value that is not zero
}

// checkStruct refuses structs with fields that would be lost, and gives a form
// to those that json handles differently from encoding/json.
func (c *checker) checkStruct(t reflect.Type, path string) {
	f := c.flatten(t, path)
	if f.form.strange = f.odd; f.odd || f.loses {
		c.form(t, &f.form)
	}
}

func (c *checker) flatten(t reflect.Type, path string) *flattener {
	f := &flattener{c: c, names: map[string]string{}, form: structForm{byName: map[string]*field{}}}
	f.add(t, path, nil, false)
	for i := range f.form.fields {
		f.form.byName[f.form.fields[i].name] = &f.form.fields[i]
	}
	return f
}

// add adds the fields of t, which is at path and index. Fields behind an
// embedded pointer are never omitted: they show that it is not nil.
func (f *flattener) add(t reflect.Type, path string, index []int, behindPointer bool) {
	var lost []string
	kept, tagged := 0, false
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := readTag(sf)
		_, hasTag := sf.Tag.Lookup("json")
		tagged = tagged || hasTag
		switch {
		case tag.leftOut:
		case !usable(sf):
			f.odd = f.odd || sf.Anonymous || hasTag
			if holdsData(sf) {
				lost = append(lost, join(path, sf.Name))
			}
		default:
			kept++
			f.addField(sf, tag, join(path, sf.Name), append(slices.Clone(index), i), behindPointer)
		}
	}
	if kept == 0 && len(lost) > 0 {
		f.c.refuse(path, "is a %s, which has no exported fields: nothing of it would be stored\nhint: leave it out with the tag `json:\"-\"`, or store what it holds in fields of your own", typeName(t))
		return
	}
	for _, name := range lost {
		f.c.refuse(name, "is unexported and would be lost\nhint: export it, or leave it out with the tag `json:\"-\"`")
	}
	f.odd = f.odd || kept == 0 && t.NumField() > 0 && !tagged
}

func (f *flattener) addField(sf reflect.StructField, tag tag, path string, index []int, behindPointer bool) {
	target := sf.Type
	if sf.Anonymous && target.Kind() == reflect.Pointer {
		target = target.Elem()
		if !sf.IsExported() && !f.c.inAny {
			f.c.refuse(path, "is an embedded pointer to a struct that is not exported: decoding can't set it\nhint: embed the struct itself, or export its type")
			return
		}
	}
	f.odd = f.odd || tag.strange
	if sf.Anonymous && tag.name == "" && target.Kind() == reflect.Struct {
		f.odd = f.odd || tag.omitempty || tag.omitzero
		f.embed(sf.Type, target, path, index, behindPointer)
		return
	}
	name := tag.name
	if name == "" {
		name = sf.Name
		f.odd = f.odd || sf.Anonymous
	}
	if sf.IsExported() {
		f.c.check(sf.Type, path)
	}
	if other, ok := f.names[name]; ok {
		f.c.refuse(path, "and %s are both %q in JSON, so that one of them would be lost\nhint: name one of them in its tag, as in `json:\"name\"`, or leave it out with `json:\"-\"`", other, name)
		return
	}
	f.names[name] = path
	added := field{name: name, index: index, typ: sf.Type, quoted: tag.quoted, plain: !tag.quoted && sf.Type != numberType && !hasMethods(sf.Type)}
	added.omit = (tag.omitzero || tag.omitempty && mayBeEmpty(sf.Type)) && !behindPointer
	f.loses = f.loses || tag.omitempty && emptyIsNotZero(sf.Type) || tag.omitzero && zeroIsNotZero(sf.Type) ||
		behindPointer && (tag.omitzero || tag.omitempty)
	if !sf.IsExported() {
		if hasMethods(sf.Type) {
			f.c.refuse(path, "is embedded and not exported: its methods can't be called\nhint: export its type, or make it a field with a name")
			return
		}
		inner := f.c.flatten(sf.Type, path)
		added.embedded, f.odd = &inner.form, true
	}
	f.form.fields = append(f.form.fields, added)
}

// embed adds the fields of an embedded struct, or of what an embedded pointer
// points to.
func (f *flattener) embed(t, target reflect.Type, path string, index []int, behindPointer bool) {
	switch {
	case hasMethods(target):
		f.c.refuse(path, "is embedded and has its own JSON form\nhint: give it a name in its tag, as in `json:\"name\"`")
		return
	case slices.Contains(f.within, target):
		f.c.refuse(path, "embeds itself\nhint: make it a field with a name")
		return
	}
	pointer := t.Kind() == reflect.Pointer
	before, problems := len(f.form.fields), len(f.c.problems)
	f.within = append(f.within, target)
	f.add(target, path, index, behindPointer || pointer)
	f.within = f.within[:len(f.within)-1]
	if pointer && len(f.form.fields) == before && len(f.c.problems) == problems {
		f.c.refuse(path, "is an embedded pointer to a struct without fields: JSON can't show that it is not nil\nhint: give it a name in its tag, as in `json:\"name\"`")
	}
}

// usable reports whether a field is stored, or is embedded and may have fields
// that are.
func usable(f reflect.StructField) bool {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.IsExported() || f.Anonymous && t.Kind() == reflect.Struct
}

// holdsData reports whether a field has data.
func holdsData(f reflect.StructField) bool { return f.Name != "_" && f.Type.Size() > 0 }

// mayBeEmpty reports whether omitempty has a meaning for fields of type t.
func mayBeEmpty(t reflect.Type) bool {
	return t.Kind() != reflect.Struct && (t.Kind() != reflect.Array || t.Len() == 0)
}

// emptyIsNotZero reports whether there are values of type t that omitempty omits
// although they are not zero: [] is not nil, and -0 is not 0.
func emptyIsNotZero(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// zeroIsNotZero reports the same for omitzero. A type's IsZero may mean anything.
func zeroIsNotZero(t reflect.Type) bool {
	type zeroer interface{ IsZero() bool }
	if is := reflect.TypeFor[zeroer](); t.Implements(is) || reflect.PointerTo(t).Implements(is) {
		return true
	}
	switch t.Kind() {
	case reflect.Float32, reflect.Float64, reflect.Array, reflect.Struct:
		return true // there may be a -0 in the latter
	}
	return false
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// Field is a member of the JSON object that a struct is stored as.
type Field struct {
	Name   string
	Type   reflect.Type
	Quoted bool // the value is in quotes, because of the tag's option "string"
}

// Fields lists the members of a storable struct in the order in which they are
// written. Fields of embedded structs count as the struct's own.
func Fields(t reflect.Type) []Field {
	form := formOf(t)
	all := make([]Field, len(form.fields))
	for i, f := range form.fields {
		all[i] = Field{Name: f.name, Type: f.typ, Quoted: f.quoted}
	}
	return all
}

var structForms sync.Map // of reflect.Type to *structForm

// formOf returns the form of a struct; most structs are stored without one.
func formOf(t reflect.Type) *structForm {
	form, ok := structForms.Load(t)
	if !ok {
		c := checker{seen: map[reflect.Type]bool{}}
		form, _ = structForms.LoadOrStore(t, &c.flatten(t, "").form)
	}
	return form.(*structForm)
}
