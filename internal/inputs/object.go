package inputs

import (
	"bytes"
	"encoding/json"
)

// member is one name and value of a JSON object.
type member struct {
	name  string
	value []byte
}

// object returns the members of a JSON object in their order, repeated names
// included. It reports false for every other value and for invalid JSON.
func object(data []byte) ([]member, bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	var members []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, false
		}
		members = append(members, member{name.(string), value}) // JSON has no other names
	}
	return members, true
}
