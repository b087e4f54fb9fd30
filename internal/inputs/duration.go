package inputs

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

var durationType = reflect.TypeFor[time.Duration]()

// duration returns a time.Duration in its stored form, a number of nanoseconds.
// People write "5m".
func (m *merger) duration(path string, value []byte) []byte {
	if value[0] != '"' {
		m.checkWhole(path, value, durationType)
		return value
	}
	nanoseconds, ok := parseDuration(value)
	if !ok {
		m.problem(path, fmt.Sprintf("want %s, got %s", kindOf(durationType), shown(value)))
		return value
	}
	return nanoseconds
}

// parseDuration parses the text of a duration in a JSON string.
func parseDuration(value []byte) ([]byte, bool) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return nil, false
	}
	d, err := time.ParseDuration(text)
	return strconv.AppendInt(nil, int64(d), 10), err == nil
}
