package inputs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// maxInput is the maximum size of an execution's input in Step Functions, in bytes
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxInput = awslimits.StateBytes

// Check reports input that no flow can be started with: too large, not JSON, or
// ambiguous. [Merge] reports the latter two as well, with the same words.
func Check(input []byte) error {
	input = bytes.TrimSpace(input)
	if len(input) > maxInput {
		return fmt.Errorf("it has %d bytes: Step Functions takes at most %d\nhint: store the data, and pass its location to the flow", len(input), maxInput)
	}
	if len(input) == 0 {
		return nil
	}
	repeated, err := syntax(input)
	if err != nil {
		return err
	}
	return errors.Join(repeated...)
}

// Misfit adds the type that a flow's input must have to an error of Check or Merge.
func Misfit(kind string, err error) error {
	return fmt.Errorf("the input does not fit %s:\n%w", kind, err)
}

// syntax reports where data stops being one JSON value, and repeated members of
// objects.
func syntax(data []byte) (repeated []error, err error) {
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, errors.New("not valid JSON: it begins with a byte order mark\nhint: save it as UTF-8 without one")
	}
	err = json.Unmarshal(data, new(any))
	var at *json.SyntaxError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("not valid JSON: %w (at byte %d)", err, at.Offset)
	}
	if err != nil {
		return nil, err
	}
	r := repeats{in: jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowDuplicateNames(true))}
	err = r.value("")
	return r.problems, err
}

// repeats finds repeated members.
type repeats struct {
	in       *jsontext.Decoder
	problems []error
}

// value reads one value. Its error is one of the encoding: invalid UTF-8 or UTF-16.
func (r *repeats) value(path string) error {
	token, err := r.in.ReadToken()
	if err != nil {
		return badText(path, err)
	}
	switch token.Kind() {
	case '{':
		seen := map[string]bool{}
		for r.in.PeekKind() != '}' {
			token, err := r.in.ReadToken()
			if err != nil {
				return badText(path, err)
			}
			name := token.String()
			if seen[name] {
				r.problems = append(r.problems, fmt.Errorf("%s: given twice", join(path, name)))
			}
			seen[name] = true
			if err := r.value(join(path, name)); err != nil {
				return err
			}
		}
	case '[':
		for i := 0; r.in.PeekKind() != ']'; i++ {
			if err := r.value(fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = r.in.ReadToken() // the end
	return badText(path, err)
}

func badText(path string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	if path == "" {
		path = "input"
	}
	what := "it has a character that is not valid UTF-8"
	if strings.Contains(err.Error(), "surrogate") {
		what = "it has half of a surrogate pair, which is not a character"
	}
	return fmt.Errorf("%s: %s", path, what)
}
