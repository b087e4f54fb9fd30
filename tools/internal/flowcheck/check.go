package flowcheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Outcome is how a run of the flow's program ended.
type Outcome struct {
	Code   int // its exit code: 0 done, 1 the flow failed, 2 the input was wrong; -1 killed
	Stdout []byte
	Stderr []byte
	Error  string // of the flow, or of an input that doesn't fit; "" if the program failed in another way
}

// Check compares the outcome with the case's expectation. The error is
// everything that a person needs to know.
func (c Case) Check(o Outcome) error {
	if c.ExpectedError != "" {
		return c.checkError(o)
	}
	if o.Code != 0 {
		return fmt.Errorf("the flow was expected to succeed, but failed with exit code %d:\n%s", o.Code, o.Stderr)
	}
	got, err := decode(o.Stdout)
	if err != nil {
		return fmt.Errorf("the flow's result is not JSON: %w\n%s", err, o.Stdout)
	}
	expected, what := []byte(c.Expected), "expected"
	if c.ExpectedFile != "" {
		what = c.ExpectedFile
		if expected, err = os.ReadFile(c.ExpectedFile); err != nil {
			return fmt.Errorf("reading the expected result: %w", err)
		}
	}
	want, err := decode(expected)
	if err != nil {
		return fmt.Errorf("%s is not JSON: %w%s", what, err, c.hint(o.Stdout))
	}
	if diff := udiff.Unified("expected", "result", pretty(want), pretty(got)); diff != "" {
		return fmt.Errorf("the result differs from what was expected:\n%s%s", diff, c.hint(o.Stdout))
	}
	return nil
}

func (c Case) checkError(o Outcome) error {
	switch {
	case o.Code == 0:
		return fmt.Errorf("the flow was expected to fail with %q, but returned\n%s", c.ExpectedError, o.Stdout)
	case o.Error == "":
		return fmt.Errorf("the flow was expected to fail with %q, but its program ended with exit code %d and no error of the flow:\n%s", c.ExpectedError, o.Code, o.Stderr)
	case !strings.Contains(o.Error, c.ExpectedError):
		return fmt.Errorf("the flow was expected to fail with %q, but failed with\n%s", c.ExpectedError, o.Error)
	}
	return nil
}

// hint says how to accept a result.
func (c Case) hint(result []byte) string {
	if c.ExpectedFile != "" {
		return fmt.Sprintf("\nhint: if the result is right: bazel run %s.update", c.Test)
	}
	var compact bytes.Buffer
	if json.Compact(&compact, result) != nil {
		return ""
	}
	return fmt.Sprintf("\nhint: if the result is right, set this in %s:\n    expected = %s,", c.Test, starlark(compact.String()))
}

// Save writes the outcome's result to the source of the expected file, in a
// workspace, and returns its path.
func (c Case) Save(o Outcome, workspace string) (string, error) {
	if workspace == "" {
		return "", fmt.Errorf("no workspace to write to\nhint: bazel run %s.update", c.Test)
	}
	if o.Code != 0 {
		return "", fmt.Errorf("the flow failed with exit code %d, so there is no result to save:\n%s", o.Code, o.Stderr)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, bytes.TrimSpace(o.Stdout), "", "  "); err != nil {
		return "", fmt.Errorf("the flow's result is not JSON: %w\n%s", err, o.Stdout)
	}
	pretty.WriteByte('\n')
	path := filepath.Join(workspace, c.ExpectedFile)
	if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
		return "", fmt.Errorf("saving the result: %w", err)
	}
	return path, nil
}

// decode reads one JSON value and keeps numbers as written.
func decode(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("unexpected data after the first value")
	}
	return v, nil
}

// pretty formats a value with sorted fields, one per line, so that equal values
// have equal text.
func pretty(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(sameNumbers(v)); err != nil { // decoded values have none
		return fmt.Sprint(v)
	}
	return b.String()
}

// starlark quotes JSON as a string for a BUILD file.
func starlark(text string) string {
	if !strings.ContainsAny(text, `'\`) {
		return "'" + text + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
