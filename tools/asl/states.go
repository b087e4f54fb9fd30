package asl

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The types below have their fields in the order of the JSON: first what a
// state is, then what it does, then what follows.

type machine struct {
	Comment string `json:"Comment"`
	StartAt string `json:"StartAt"`
	Timeout int    `json:"TimeoutSeconds,omitempty"` // of an execution, which then ends as TIMED_OUT
	States  states `json:"States"`
}

// states are the states of one scope, in the flow's order. In JSON they are an
// object, which a Go map would sort by name.
type states []state

type state struct {
	name string
	body interface{ setNext(next, after string) }
}

// link connects each state to the next one, and ends the last.
func (s states) link() {
	name := func(i int) string {
		if i < len(s) {
			return s[i].name
		}
		return ""
	}
	for i := range s {
		s[i].body.setNext(name(i+1), name(i+2))
	}
}

// MarshalJSON writes an object. It doesn't escape HTML, so that "<" reads as in
// the flow.
func (s states) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, st := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := write(&b, st.name); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := write(&b, st.body); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// taskState invokes a Lambda. Its Resource is a single substitution, because
// public checkers know no partition but aws.
type taskState struct {
	Type           string     `json:"Type"`
	Comment        string     `json:"Comment"`
	Resource       string     `json:"Resource"`
	Parameters     invocation `json:"Parameters"`
	TimeoutSeconds int        `json:"TimeoutSeconds"`
	Retry          []retrier  `json:"Retry"`
	OutputPath     string     `json:"OutputPath"`
	transition
}

type choiceState struct {
	Type    string       `json:"Type"`
	Comment string       `json:"Comment"`
	Choices []choiceRule `json:"Choices"`
	Default string       `json:"Default"`
}

type choiceRule struct {
	Variable      string `json:"Variable"`
	NumericEquals int    `json:"NumericEquals"`
	Next          string `json:"Next"`
}

// setNext skips the map, which is the next state, for an empty list.
func (c *choiceState) setNext(next, after string) {
	c.Default = next
	c.Choices[0].Next = after
}

// transition is what follows a state: Next, or the end of its scope.
type transition struct {
	Next string `json:"Next,omitempty"`
	End  bool   `json:"End,omitempty"`
}

func (t *transition) setNext(next, _ string) { t.Next, t.End = next, next == "" }

// write appends v as compact JSON.
func write(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding the state machine: %w", err)
	}
	b.Truncate(b.Len() - 1) // the encoder's newline
	return nil
}

func encode(m machine) ([]byte, error) {
	var compact, indented bytes.Buffer
	if err := write(&compact, m); err != nil {
		return nil, err
	}
	if err := json.Indent(&indented, compact.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("indenting the state machine: %w", err)
	}
	indented.WriteByte('\n')
	return joinRules(indented.Bytes()), nil
}

// joinRules puts each rule of a Retry on one line. A task has several, mostly the
// same ones, which would otherwise be a third of the template.
func joinRules(indented []byte) []byte {
	var b bytes.Buffer
	var end []byte // of the rule being joined
	lines := bytes.Split(indented, []byte("\n"))
	for i, line := range lines {
		text := bytes.TrimLeft(line, " ")
		indent := line[:len(line)-len(text)]
		if string(text) == "{" && bytes.HasPrefix(bytes.TrimLeft(lines[i+1], " "), []byte(`"ErrorEquals":`)) {
			b.Write(line)
			end = append(bytes.Clone(indent), '}')
			continue
		}
		if end == nil {
			b.Write(line)
		} else {
			b.Write(text)
		}
		if end != nil && bytes.HasPrefix(line, end) {
			end = nil
		}
		switch {
		case i == len(lines)-1:
		case end == nil:
			b.WriteByte('\n')
		case bytes.HasSuffix(text, []byte(",")):
			b.WriteByte(' ')
		}
	}
	return b.Bytes()
}
