package codec

import "regexp"

// redacted is an error of a type's method without its quotes: such errors reach
// logs, and what they quote is often the value.
type redacted struct{ cause error }

var quotedText = regexp.MustCompile("\"(\\\\.|[^\"\\\\])*\"|`[^`]*`")

func (r redacted) Error() string { return quotedText.ReplaceAllString(r.cause.Error(), "…") }

func (r redacted) Unwrap() error { return r.cause }

func withoutValues(err error) error {
	if err == nil {
		return nil
	}
	return redacted{err}
}
