package codec

import (
	"reflect"
	"strings"
	"unicode"
)

// tag is what encoding/json reads in a field's tag.
type tag struct {
	name                string // empty if the field's own name applies
	leftOut             bool
	omitempty, omitzero bool
	quoted              bool
	strange             bool // json reads it differently from encoding/json
}

func readTag(f reflect.StructField) tag {
	text := f.Tag.Get("json")
	if text == "-" {
		return tag{leftOut: true}
	}
	var t tag
	name, options, more := strings.Cut(text, ",")
	if t.name = name; !validName(name) {
		t.name, t.strange = "", name != ""
	}
	if !more {
		return t
	}
	for option := range strings.SplitSeq(options, ",") {
		var given *bool
		switch option {
		case "omitempty":
			given = &t.omitempty
		case "omitzero":
			given = &t.omitzero
		case "string":
			given = &t.quoted
		}
		if given == nil || *given {
			t.strange = true // json refuses "", " omitempty" and repetitions, and has other options
			continue
		}
		*given = true
	}
	t.quoted = t.quoted && quotable(f.Type)
	t.strange = t.strange || strings.Contains(options, "string") && !t.quoted
	return t
}

// validName reports whether encoding/json accepts a tag's name; otherwise it uses
// the field's.
func validName(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return name != ""
}

// quotable reports whether the option "string" has a meaning for fields of type t.
func quotable(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return t == numberType || !hasMethods(t)
	}
	return false
}
