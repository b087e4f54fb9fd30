package codec

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// plan is what is known about a type before there is a value.
type plan struct {
	write, read json.Options
	problems    []error
}

// plans and plansInAny map a reflect.Type to its plan. A value in an any comes
// back as what its JSON says, so its type doesn't have to be decodable.
var plans, plansInAny sync.Map

func planFor(t reflect.Type, inAny bool) plan {
	known := &plans
	if inAny {
		known = &plansInAny
	}
	p, ok := known.Load(t)
	if !ok {
		c := checkType(t, inAny)
		made := plan{c.options(c.writes), c.options(c.reads), c.problems}
		p, _ = known.LoadOrStore(t, made)
	}
	return p.(plan)
}

// storable returns the plan for values of type t, or an error with what in t can't
// be stored.
func storable(t reflect.Type) (plan, error) {
	if t == nil { // a nil any
		return plan{write: exact, read: exact}, nil
	}
	p := planFor(t, false)
	if len(p.problems) > 0 {
		return p, fmt.Errorf("%s can't be stored: %w", typeName(t), errors.Join(p.problems...))
	}
	return p, nil
}

// CheckType returns what keeps values of t from being stored: an error for each
// place, which starts with the Go path and ends with a hint. Marshal and Unmarshal
// check the same; CheckType does so before there is a value.
func CheckType(t reflect.Type) []error { return planFor(t, false).problems }

func checkType(t reflect.Type, inAny bool) *checker {
	c := &checker{seen: map[reflect.Type]bool{}, inAny: inAny}
	c.check(t, t.Name())
	return c
}

// checker walks a type and all types it is made of.
type checker struct {
	inAny    bool
	seen     map[reflect.Type]bool // reported once, on the first path
	problems []error
	special  bool // it contains a type that json would not store exactly
	writes   bool // it contains a type with a form
	reads    bool // it contains a type whose form also reads
}

func (c *checker) options(formed bool) json.Options {
	switch {
	case formed:
		return exactWithForms
	case c.special:
		return exactWithSpecial
	}
	return exact
}

var (
	anyType      = reflect.TypeFor[any]()
	timeType     = reflect.TypeFor[time.Time]()
	numberType   = reflect.TypeFor[stdjson.Number]()
	specialTypes = map[reflect.Type]bool{
		anyType: true, timeType: true, numberType: true,
		reflect.TypeFor[stdjson.RawMessage](): true, reflect.TypeFor[url.Userinfo](): true,
	}
	bigFloatType = reflect.TypeFor[big.Float]()
)

func (c *checker) refuse(path, format string, args ...any) {
	if path == "" {
		path = "the value"
	}
	c.problems = append(c.problems, fmt.Errorf("%s "+format, append([]any{path}, args...)...))
}

// check walks t, which is at path.
func (c *checker) check(t reflect.Type, path string) {
	if c.seen[t] {
		return
	}
	c.seen[t] = true
	switch {
	case specialTypes[t]:
		c.special = true
		return
	case t == bigFloatType:
		c.refuse(path, "is a big.Float, whose text has neither its precision nor its mode\nhint: store the text and the precision, and use big.Float.Parse")
		return
	case hasMethods(t) && c.checkMethods(t, path):
		return // the type controls its own format
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		c.refuse(path, "is a %s, which JSON can't hold\nhint: leave the field out with the tag `json:\"-\"`", t)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			c.refuse(path, "is the interface %s: decoding can't know its concrete type\nhint: use a concrete type", t)
			return
		}
		c.special = true
		c.form(t, namedAny{})
	case reflect.Pointer:
		c.checkPointer(t, path)
	case reflect.Slice, reflect.Array:
		c.check(t.Elem(), path+"[]")
	case reflect.Map:
		c.checkKey(t.Key(), path)
		c.check(t.Elem(), path+"[]")
	case reflect.Struct:
		c.checkStruct(t, path)
	}
}

func (c *checker) checkPointer(t reflect.Type, path string) {
	chain := map[reflect.Type]bool{t: true}
	for e := t.Elem(); e.Kind() == reflect.Pointer; e = e.Elem() {
		if chain[e] {
			c.refuse(path, "is a pointer that leads only to pointers\nhint: use a struct or a list")
			return
		}
		chain[e] = true
	}
	if e := t.Elem(); nullable(e) || writesNull(e) {
		c.form(t, pointerToNull{})
	}
	c.check(t.Elem(), path)
}

// checkMethods refuses methods that would not bring values of t back. It reports
// false for types whose fields are stored instead.
func (c *checker) checkMethods(t reflect.Type, path string) bool {
	write, read := ownFormat(t)
	switch {
	case c.inAny && write.family == noMethods:
		return false
	case c.inAny:
	case read.family == noMethods:
		c.refuse(path, "is a %s, which has %s but can't be read back\nhint: give it %s", t, write.name, counterpart(write, "Unmarshal"))
		return true
	case write.family == noMethods:
		c.refuse(path, "is a %s, which has %s but can't write what it reads\nhint: give it %s", t, read.name, counterpart(read, "Marshal"))
		return true
	case write.family != read.family:
		c.refuse(path, "is a %s, which writes with %s and reads with %s\nhint: give it %s", t, write.name, read.name, counterpart(write, "Unmarshal"))
		return true
	}
	if t.Kind() == reflect.Struct {
		c.checkPromoted(t, path, write, read)
	}
	return true
}

// counterpart names the method for the other direction.
func counterpart(m method, way string) string {
	if m.family == textMethods {
		return way + "Text"
	}
	return way + "JSON"
}

// checkPromoted refuses methods of an embedded field that keep only that field.
func (c *checker) checkPromoted(t reflect.Type, path string, write, read method) {
	used := write
	i, ok := promotedFrom(t, write)
	if !ok && !c.inAny {
		used = read
		i, ok = promotedFrom(t, read)
	}
	if !ok {
		return
	}
	from := t.Field(i)
	for k := range t.NumField() {
		f := t.Field(k)
		if k != i && !readTag(f).leftOut && holdsData(f) {
			c.refuse(path, "has %s of its embedded field %s, which drops the field %s\nhint: give the field %s a name, or write %s and %s for the whole",
				used.name, from.Name, f.Name, from.Name, counterpart(used, "Marshal"), counterpart(used, "Unmarshal"))
			return
		}
	}
	if from.Type.Kind() == reflect.Pointer || from.Type.Kind() == reflect.Interface {
		c.refuse(path, "has %s of its embedded field %s, which is nil when it is decoded\nhint: give the field %s a name", used.name, from.Name, from.Name)
		return
	}
	c.check(from.Type, strings.TrimPrefix(path+"."+from.Name, "."))
	if _, formed := forms.Load(reflect.PointerTo(from.Type)); formed || from.Type == timeType {
		c.special = true
		c.form(t, embeddedOnly(i))
	}
}

// form makes f write and read values of type t.
func (c *checker) form(t reflect.Type, f form) {
	forms.LoadOrStore(reflect.PointerTo(t), f)
	c.writes = true
	c.reads = c.reads || f.reads()
}

// checkKey refuses map keys of types that a name in JSON can't represent.
func (c *checker) checkKey(t reflect.Type, path string) {
	const hint = "\nhint: use strings or integers as keys, or give the type MarshalText and UnmarshalText methods"
	text := hasBoth(t, textMethods)
	oneWay := !text && (has(writeMethods, t, textMethods) || has(readMethods, t, textMethods) && !c.inAny)
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer:
		c.refuse(path, "is a map with keys of type %s"+hint, t)
		return
	case reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		if oneWay && !c.inAny {
			c.refuse(path, "is a map with keys of type %s, which has only one of MarshalText and UnmarshalText\nhint: give it both", t)
			return
		}
	default:
		if !text && !(c.inAny && oneWay) {
			c.refuse(path, "is a map with keys of type %s"+hint, t)
			return
		}
	}
	if t == timeType || t == numberType {
		c.special = true
		return
	}
	if t.Kind() == reflect.Struct && text {
		c.check(t, path+"[]") // for promoted methods
	}
	if has(writeMethods, t, jsonMethods) || has(readMethods, t, jsonMethods) {
		c.form(t, keyWithoutJSON{text})
	}
}

// nullable reports whether values of type t may be null in JSON.
func nullable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return true
	}
	return t == numberType
}

// typeName returns the name of t for messages: an unnamed struct type would print
// all its fields.
func typeName(t reflect.Type) string {
	if name := t.String(); t.Name() != "" || !strings.Contains(name, "struct {") {
		return name
	}
	return "the " + t.Kind().String()
}
