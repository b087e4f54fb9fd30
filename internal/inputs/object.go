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

// object returns the members of a JSON object in order, including repeated names.
// It reports false for every other value and for invalid JSON.
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
		members = append(members, member{name.(string), value}) // names in JSON are strings
	}
	return members, true
}

// written returns the object of the members.
func written(members []member) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			out.WriteByte(',')
		}
		writeMember(&out, m.name, m.value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

func writeMember(out *bytes.Buffer, name string, value []byte) {
	quoted, _ := json.Marshal(name) // can't fail for a string
	out.Write(quoted)
	out.WriteByte(':')
	out.Write(value)
}
