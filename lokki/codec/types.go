package codec

import (
	"encoding"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// plan is what is known of a type before there is a value.
type plan struct {
	options json.Options
	err     error
}

var plans sync.Map // of reflect.Type to plan

// optionsFor returns the options for values of type t, or what in t can't be stored.
func optionsFor(t reflect.Type) (json.Options, error) {
	if t == nil { // a nil any
		return exact, nil
	}
	p, ok := plans.Load(t)
	if !ok {
		c := checkType(t)
		made := plan{options: exact}
		if c.special {
			made.options = exactWithSpecial
		}
		if len(c.problems) > 0 {
			made.err = fmt.Errorf("%s can't be stored: %w", typeName(t), errors.Join(c.problems...))
		}
		p, _ = plans.LoadOrStore(t, made)
	}
	return p.(plan).options, p.(plan).err
}

// CheckType returns what in t keeps its values from being stored: an error for
// each place, which starts with the Go path and ends with a hint. Marshal and
// Unmarshal check the same; this tells before there is a value.
func CheckType(t reflect.Type) []error { return checkType(t).problems }

func checkType(t reflect.Type) *checker {
	c := &checker{seen: map[reflect.Type]bool{}}
	c.check(t, t.Name())
	return c
}

// checker walks a type and everything it is made of.
type checker struct {
	seen     map[reflect.Type]bool // and so reported once, on the first path
	problems []error
	special  bool // somewhere there is a type that json handles in a lossy way
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	numberType = reflect.TypeFor[stdjson.Number]()
	ownFormat  = []reflect.Type{
		reflect.TypeFor[stdjson.Marshaler](), reflect.TypeFor[json.MarshalerTo](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextAppender](),
	}
)

func (c *checker) refuse(path, format string, args ...any) {
	if path == "" {
		path = "the value"
	}
	c.problems = append(c.problems, fmt.Errorf("%s "+format, append([]any{path}, args...)...))
}

// check walks t, which lies at path.
func (c *checker) check(t reflect.Type, path string) {
	if c.seen[t] {
		return
	}
	c.seen[t] = true
	switch {
	case t == timeType, t == numberType:
		c.special = true
		return
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		c.special = true
		return
	case t.Kind() == reflect.Interface:
		c.refuse(path, "is the interface %s: decoding could not know the type behind it\nhint: use a concrete type", t)
		return
	case hasOwnFormat(t):
		return // what it is made of is its own affair
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		c.refuse(path, "is a %s, which JSON can't hold\nhint: leave the field out with the tag `json:\"-\"`", t)
	case reflect.Pointer:
		c.check(t.Elem(), path)
	case reflect.Slice, reflect.Array:
		c.check(t.Elem(), path+"[]")
	case reflect.Map:
		c.checkKey(t.Key(), path)
		c.check(t.Elem(), path+"[]")
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); stored(f) {
				c.checkField(f, strings.TrimPrefix(path+"."+f.Name, "."))
			}
		}
	}
}

func (c *checker) checkField(f reflect.StructField, path string) {
	if !f.IsExported() && f.Type.Kind() == reflect.Pointer {
		c.refuse(path, "is an embedded pointer to a struct that is not exported: decoding can't set it\nhint: embed the struct itself, or export its type")
		return
	}
	c.check(f.Type, path)
}

// checkKey refuses the map keys whose type a name in JSON does not tell.
func (c *checker) checkKey(t reflect.Type, path string) {
	switch t.Kind() {
	case reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64:
		return
	}
	if t.Kind() == reflect.Interface || !hasOwnFormat(t) {
		c.refuse(path, "is a map with keys of type %s\nhint: use strings or integers as keys, or give the type a MarshalText method", t)
	}
	if t == timeType {
		c.special = true
	}
}

// stored tells whether a struct's field is one that is stored, or embedded and
// so may have such fields.
func stored(f reflect.StructField) bool {
	if f.Tag.Get("json") == "-" {
		return false
	}
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return f.IsExported() || f.Anonymous && t.Kind() == reflect.Struct
}

// typeName is what t is called in messages: a struct type without a name would
// be all of its fields.
func typeName(t reflect.Type) string {
	if name := t.String(); t.Name() != "" || !strings.Contains(name, "struct {") {
		return name
	}
	return "the " + t.Kind().String()
}

// hasOwnFormat tells whether t or a pointer to it encodes itself.
func hasOwnFormat(t reflect.Type) bool {
	for _, m := range ownFormat {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return false
}
