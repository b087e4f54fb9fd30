package interpreter

import "github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"

// doc is a value with its JSON text, which histories and quotas need.
type doc struct {
	value any
	text  []byte
}

func newDoc(value any) doc {
	return doc{value: value, text: jsonvalue.Append(make([]byte, 0, 256), value)} // most are small
}
