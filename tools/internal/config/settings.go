package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// written is a setting in JSON.
type written struct {
	Value    any    `json:"value"`
	Source   string `json:"source"`
	Variable string `json:"variable"`
}

// EncodeSettings writes settings as a JSON object, in their order.
func EncodeSettings(settings []Setting) ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i, s := range settings {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(written{s.Value, s.Source, s.Variable})
		if err != nil {
			return nil, fmt.Errorf("encoding the settings: %w", err)
		}
		fmt.Fprintf(b, "%q:%s", s.Key, value)
	}
	b.WriteByte('}')
	var indented bytes.Buffer
	if err := json.Indent(&indented, b.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("encoding the settings: %w", err)
	}
	indented.WriteByte('\n')
	return indented.Bytes(), nil
}

// DecodeSettings reads what EncodeSettings wrote, in the order of the reference.
// Values have the types that JSON gives them.
func DecodeSettings(data []byte) ([]Setting, error) {
	var all map[string]written
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("reading the settings: %w", err)
	}
	var settings []Setting
	for _, f := range fields {
		if w, ok := all[f.key]; ok {
			settings = append(settings, Setting{f.key, w.Variable, w.Value, w.Source})
		}
	}
	return settings, nil
}

// PrintSettings writes a line for each setting: its key, its value and its
// source.
func PrintSettings(w io.Writer, settings []Setting) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range settings {
		value, err := inWords(s.Value)
		if err != nil {
			return err
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", s.Key, value, s.Source)
	}
	return tw.Flush()
}

// inWords returns a string as it is, unless it would make the line ambiguous;
// everything else is JSON.
func inWords(value any) (string, error) {
	text, ok := value.(string)
	if ok && text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '"' || r == 0x7f }) {
		return text, nil
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "", fmt.Errorf("printing a setting: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
