// Package inputs merges the input of a run over the defaults of its flow, and
// refuses what the flow's first step can't take.
package inputs

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/lokki-build/lokki/internal/codec"
)

// Merge returns defaults, a value of type t as JSON, overridden by input.
//
// If t is a struct, input is an object and overrides field by field, at every
// depth: fields that it does not name keep their values, and null sets a field to
// null. All other values are replaced as a whole: lists, maps, and types with a
// custom JSON or text form, such as time.Time. Names are those of the JSON tags,
// and case-sensitive. A time.Duration is text, such as "1h30m", or a number of
// nanoseconds.
//
// Empty input and the empty object leave the defaults unchanged: a state machine
// that is started without input passes {}.
//
// The error has one line for each problem, which begins with the field's path,
// as in "options.rows[2].colour"; some are followed by a line "hint: …". It says
// what was wanted and what kind of value was given, but not the value, because
// errors are logged.
func Merge(defaults, input []byte, t reflect.Type) ([]byte, error) {
	input = bytes.TrimSpace(input)
	if len(input) == 0 {
		return defaults, nil
	}
	repeated, err := syntax(input)
	if err != nil {
		return nil, err
	}
	m := merger{problems: repeated}
	merged := defaults
	if members, ok := object(input); !ok || len(members) > 0 {
		merged = m.merge("", bytes.TrimSpace(defaults), input, t)
	}
	if err := errors.Join(m.problems...); err != nil {
		return nil, err
	}
	// The codec has the last word, since it decodes the value in the step, too.
	if err := codec.Unmarshal(merged, reflect.New(t).Interface()); err != nil {
		return nil, fmt.Errorf("reading the input as a %s: %w", t, err)
	}
	return merged, nil
}

type merger struct{ problems []error }

// merge merges in over def, which may be nil, and reports what doesn't fit t.
func (m *merger) merge(path string, def, in []byte, t reflect.Type) []byte {
	t = pointed(t)
	members, ok := object(in)
	if !ok || !mergeable(t) {
		return m.check(path, in, t)
	}
	given := m.given(path, members, t)
	old := map[string][]byte{}
	defMembers, _ := object(def)
	for _, member := range defMembers {
		old[member.name] = member.value
	}
	// In the order of the fields: the same bytes for the same values.
	var out bytes.Buffer
	out.WriteByte('{')
	for _, f := range codec.Fields(t) {
		value, had := old[f.Name]
		if in, ok := given[f.Name]; ok {
			value, had = m.field(join(path, f.Name), value, in, f), true
		}
		if !had {
			continue
		}
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		writeMember(&out, f.Name, value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

func (m *merger) field(path string, def, in []byte, f codec.Field) []byte {
	if f.Quoted {
		return m.checkQuoted(path, in, pointed(f.Type))
	}
	return m.merge(path, def, in, f.Type)
}

// given returns the members of an object by name, without those that t has no
// field for, which it reports.
func (m *merger) given(path string, members []member, t reflect.Type) map[string][]byte {
	var names []string
	for _, f := range codec.Fields(t) {
		names = append(names, f.Name)
	}
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	given := map[string][]byte{}
	for _, member := range members {
		if !known[member.name] {
			m.unknown(path, member.name, names)
			continue
		}
		given[member.name] = member.value // repeated names are reported already
	}
	return given
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
