package failure

import (
	"errors"
	"reflect"
	"strings"
)

// Plain is the type of errors.New. It is used for every error that has only a text,
// wrapped or not.
const Plain = "errorString"

// panicked is the error of a step that panicked, with any value.
type panicked interface {
	error
	Panicked()
}

// Type returns the name by which a Retry matches err: Panic for a panic, the mark if
// it has one at any depth, and otherwise the name of the outermost error that has
// more than a text. fmt.Errorf and errors.Join only wrap.
func Type(err error) string {
	var p panicked
	if errors.As(err, &p) {
		return Panic
	}
	var marked *Marked
	if errors.As(err, &marked) {
		return marked.Type
	}
	if name := Own(err); name != "" {
		return name
	}
	return Plain
}

// Own returns the name of an error without its mark, or "" if it has only a text.
func Own(err error) string {
	if err == nil {
		return ""
	}
	switch e := err.(type) {
	case *Named:
		return e.Type
	case *Marked:
		return Own(e.Err)
	case *guarded:
		return e.kind
	}
	if name := GoType(reflect.TypeOf(err)); name != "" {
		return name
	}
	switch u := err.(type) {
	case interface{ Unwrap() error }:
		return Own(u.Unwrap())
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			if name := Own(e); name != "" {
				return name
			}
		}
	}
	return ""
}

// GoType returns the name by which errors of a Go type are matched, "Throttled" for
// *birds.Throttled, or "" for types without a name and those that only wrap.
func GoType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == "errors" || t.PkgPath() == "fmt" || t.Kind() == reflect.Interface {
		return ""
	}
	name, _, _ := strings.Cut(t.Name(), "[") // of a generic type
	return name
}
