// Package flowcheck runs a flow's local program on one input and compares the
// result with what is expected: the logic of the rule lokki_flow_test.
package flowcheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Case is one test, as the rule writes it. Files are named by their paths in
// the runfiles.
type Case struct {
	Test    string `json:"test"`    // label of the lokki_flow_test
	Program string `json:"program"` // the flow's local program

	// The input: JSON or a file. With neither, the flow's defaults are used.
	Input     string `json:"input,omitempty"`
	InputFile string `json:"input_file,omitempty"`

	// One of these is the expectation.
	Expected      string `json:"expected,omitempty"` // JSON
	ExpectedFile  string `json:"expected_file,omitempty"`
	ExpectedError string `json:"expected_error,omitempty"` // part of the error's text

	Update bool `json:"update,omitempty"` // saves the result in ExpectedFile's source instead of comparing
}

// DecodeCase reads a case.
func DecodeCase(data []byte) (Case, error) {
	var c Case
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return Case{}, fmt.Errorf("reading the case: %w", err)
	}
	expectations := 0
	for _, e := range []string{c.Expected, c.ExpectedFile, c.ExpectedError} {
		if e != "" {
			expectations++
		}
	}
	switch {
	case c.Test == "" || c.Program == "":
		return Case{}, errors.New("the case has no test or no program")
	case expectations != 1:
		return Case{}, fmt.Errorf("the case has %d expectations: want one", expectations)
	case c.Input != "" && c.InputFile != "":
		return Case{}, errors.New("the case has an input and a file with one")
	case c.Update && c.ExpectedFile == "":
		return Case{}, errors.New("the case has no file to update")
	}
	return c, nil
}
