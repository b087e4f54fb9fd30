package inputs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/suggest"
)

// check reports what in a value can't be read as a t, and returns the value in its
// stored form: durations may be given as text.
func (m *merger) check(path string, value []byte, t reflect.Type) []byte {
	t = pointed(t)
	if string(value) == "null" && path != "" || t.Kind() == reflect.Interface {
		return value
	}
	switch {
	case t == durationType:
		return m.duration(path, value)
	case custom(t) || base64(t):
	case t.Kind() == reflect.Struct:
		if members, ok := object(value); ok {
			return m.checkFields(path, members, t)
		}
	case t.Kind() == reflect.Map:
		if members, ok := object(value); ok {
			for i, member := range members {
				members[i].value = m.check(join(path, member.name), member.value, t.Elem())
			}
			return written(members)
		}
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		var items []json.RawMessage
		if value[0] == '[' && json.Unmarshal(value, &items) == nil {
			return m.checkItems(path, items, t)
		}
	}
	m.checkWhole(path, value, t)
	return value
}

func (m *merger) checkFields(path string, members []member, t reflect.Type) []byte {
	m.given(path, members, t) // reports unknown members
	fields := map[string]codec.Field{}
	for _, f := range codec.Fields(t) {
		fields[f.Name] = f
	}
	for i, member := range members {
		if f, ok := fields[member.name]; ok && f.Quoted {
			members[i].value = m.checkQuoted(join(path, member.name), member.value, pointed(f.Type))
		} else if ok {
			members[i].value = m.check(join(path, member.name), member.value, f.Type)
		}
	}
	return written(members)
}

func (m *merger) checkItems(path string, items []json.RawMessage, t reflect.Type) []byte {
	if t.Kind() == reflect.Array && len(items) != t.Len() {
		m.problem(path, fmt.Sprintf("want a list of %d items, got %d", t.Len(), len(items)))
	}
	out := []byte{'['}
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, m.check(fmt.Sprintf("%s[%d]", path, i), item, t.Elem())...)
	}
	return append(out, ']')
}

// checkQuoted is for a field tagged ",string": the value is in quotes.
func (m *merger) checkQuoted(path string, value []byte, t reflect.Type) []byte {
	if string(value) == "null" {
		return value
	}
	if t == durationType && value[0] == '"' {
		if nanoseconds, ok := parseDuration(value); ok {
			return append(append([]byte{'"'}, nanoseconds...), '"')
		}
	}
	var inner string
	if json.Unmarshal(value, &inner) != nil || !json.Valid([]byte(inner)) {
		m.problem(path, fmt.Sprintf("want %s in quotes, got %s", kindOf(t), shown(value)))
		return value
	}
	m.checkWhole(path, []byte(inner), t)
	return value
}

// checkWhole checks a value as a whole.
func (m *merger) checkWhole(path string, value []byte, t reflect.Type) {
	err := codec.Unmarshal(value, reflect.New(t).Interface())
	number := value[0] == '-' || value[0] >= '0' && value[0] <= '9'
	limits, bounded := rangeOf(t)
	switch {
	case err == nil && !(string(value) == "null" && !nullable(t)):
	case custom(t):
		m.problem(path, fmt.Sprintf("can't be read as a %s: %v", t, err))
	case number && bounded && !bytes.ContainsAny(value, ".eE") || number && (t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64):
		m.problem(path, fmt.Sprintf("out of range: %s takes %s", t.Kind(), limits))
	default:
		m.problem(path, fmt.Sprintf("want %s, got %s", kindOf(t), shown(value)))
	}
}

func (m *merger) problem(path, what string) {
	if path == "" {
		path = "input"
	}
	m.problems = append(m.problems, fmt.Errorf("%s: %s", path, what))
}

func (m *merger) unknown(path, name string, names []string) {
	hint := "there are no fields"
	if len(names) > 0 {
		sorted := slices.Sorted(slices.Values(names))
		hint = "the fields are " + strings.Join(sorted, ", ")
	}
	if near := suggest.Name(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", join(path, near))
	}
	m.problem(join(path, name), "no such field\nhint: "+hint)
}

// base64 reports whether encoding/json writes t as a string of base64.
func base64(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && !custom(t.Elem())
}

func nullable(t reflect.Type) bool {
	return t.Kind() == reflect.Slice || t.Kind() == reflect.Map || custom(t)
}

// rangeOf describes the range of a number type; false for all other types.
func rangeOf(t reflect.Type) (string, bool) {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		most := int64(1)<<(t.Bits()-1) - 1
		return strconv.FormatInt(-most-1, 10) + " to " + strconv.FormatInt(most, 10), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "0 to " + strconv.FormatUint(^uint64(0)>>(64-t.Bits()), 10), true
	case reflect.Float32:
		return "-3.4e38 to 3.4e38", true
	case reflect.Float64:
		return "-1.8e308 to 1.8e308", true
	}
	return "", false
}
