package plaintext

import (
	"encoding/json"
	"testing"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"goose\n\tduck é 鴨 🦆":      "goose\n\tduck é 鴨 🦆",
		"\x1b[31mred\x1b[0m":       `\x1b[31mred\x1b[0m`,
		"over\rwritten\r\n":        `over\rwritten\r` + "\n",
		"bell\a, \x00, \x7f":       `bell\x07, \x00, \x7f`,
		"C1 \u009b2J":              `C1 \u009b2J`,
		"bidi \u202egnp.exe\u2069": `bidi \u202egnp.exe\u2069`,
		"lines\u2028\u2029":        `lines\u2028\u2029`,
		"not UTF-8 \x9b\xff":       `not UTF-8 \x9b\xff`,
		"a replacement \ufffd":     "a replacement \ufffd",
	} {
		if got := Escape(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// The escaped JSON has the same value.
func TestEscapeJSON(t *testing.T) {
	text := "\x7f \u009b2J \u202e \u2028 é"
	data := []byte("\"\x7f \u009b2J \u202e \u2028 é\"")
	escaped := EscapeJSON(data)
	if want := `"\u007f \u009b2J \u202e \u2028 é"`; string(escaped) != want {
		t.Errorf("got %s, want %s", escaped, want)
	}
	var got string
	if err := json.Unmarshal(escaped, &got); err != nil || got != text {
		t.Errorf("got %q, %v", got, err)
	}
}
