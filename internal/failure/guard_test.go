package failure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

type Nil struct{ text string }

func (n *Nil) Error() string { return n.text }

type Silent struct{}

func (*Silent) Error() string { return "silent" }

type Broken struct{ in string } // the method that panics

func (b Broken) Error() string      { b.fail("Error"); return "broken" }
func (b Broken) Unwrap() error      { b.fail("Unwrap"); return io.EOF }
func (b Broken) Is(error) bool      { b.fail("Is"); return false }
func (b Broken) As(target any) bool { b.fail("As"); return false }

func (b Broken) fail(method string) {
	if method == b.in {
		panic("in " + method)
	}
}

type Endless struct{}

func (e Endless) Error() string { return "endless" }
func (e Endless) Unwrap() error { return e }

type List []string

func (List) Error() string { return "a list" }

type Many struct{ errs []error }

func (Many) Error() string     { return "many" }
func (m Many) Unwrap() []error { return m.errs }

// TestGuard: whatever a step returns, its type and text are found, here as on AWS.
func TestGuard(t *testing.T) {
	var none *Nil
	var silent *Silent
	const unread = "that can't be read: one of its methods panicked: "
	for name, c := range map[string]struct {
		err        error
		kind, text string // the text is a part
	}{
		"a typed nil":             {none, "Nil", "the error is nil\nhint: the step returned a nil *failure.Nil as its error"},
		"a typed nil with a text": {silent, "Silent", "silent\nhint: the step returned a nil *failure.Silent"},
		"a marked typed nil":      {&Marked{Permanent, none}, Permanent, "Nil: no error text: the error is nil\nhint: "},
		"a wrapped typed nil":     {fmt.Errorf("a: %w", none), "Nil", ""},
		"a nil list":              {List(nil), "List", "a nil failure.List"},
		"Error panics":            {Broken{"Error"}, "Broken", "an error of type failure.Broken " + unread + "in Error"},
		"Unwrap panics":           {Broken{"Unwrap"}, "Broken", unread + "in Unwrap"},
		"Is panics":               {Broken{"Is"}, "Broken", "broken"},
		"As panics":               {Broken{"As"}, "Broken", "broken"},
		"marked, Error panics":    {&Marked{Transient, Broken{"Error"}}, Transient, "Broken: an error of type failure.Broken "},
		"marked within":           {fmt.Errorf("a: %w", &Marked{Transient, Broken{"As"}}), Transient, "Broken: a: broken"},
		"wrapped, Is panics":      {fmt.Errorf("a: %w", Broken{"Is"}), "Broken", "a: broken"},
		"wrapped, Unwrap panics":  {fmt.Errorf("a: %w", Broken{"Unwrap"}), "Broken", unread},
		"wrapped, Error panics":   {fmt.Errorf("a: %w", Broken{"Error"}), "Broken", "a: "},
		"joined, As panics":       {errors.Join(io.EOF, Broken{"As"}), "Broken", "EOF\nbroken"},
		"endlessly":               {Endless{}, "Endless", "it wraps errors endlessly"},
		"wrapped endlessly":       {fmt.Errorf("a: %w", Endless{}), "Endless", "endlessly"},
		"many endlessly":          {Many{[]error{Endless{}, Endless{}}}, "Many", "endlessly"},
		"with nils":               {Many{[]error{nil, io.EOF}}, "Many", "many"},
		"incomparable":            {List{"a"}, "List", "a list"},
		"plain":                   {io.EOF, Plain, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Guard(c.err)
			if got := Type(err); got != c.kind {
				t.Errorf("type %s, want %s", got, c.kind)
			}
			if got := Cause(err); !strings.Contains(got, c.text) {
				t.Errorf("got %q, want %q in it", got, c.text)
			}
			var named *Named
			if errors.Is(err, context.Canceled) || errors.As(err, &named) {
				t.Error("it is what it isn't")
			}
			if again := Guard(err); Type(again) != c.kind || Cause(again) != Cause(err) {
				t.Errorf("guarded twice: %s, %s", Type(again), Cause(again))
			}
		})
	}
	if err := Guard(fmt.Errorf("a: %w", Broken{"none"})); !errors.Is(err, io.EOF) {
		t.Error("what it wraps is not found")
	}
	if own := new(Broken); !errors.As(Guard(Broken{"none"}), own) {
		t.Error("it is not found")
	}
	if Guard(nil) != nil || Guard(io.EOF) != io.EOF {
		t.Error("an error that is all right has changed")
	}
}

func TestLongText(t *testing.T) {
	got := Text(errors.New(strings.Repeat("é", 1<<20)))
	if len(got) > MaxText+len("…") || !utf8.ValidString(got) || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes, valid: %v", len(got), utf8.ValidString(got))
	}
	for text, want := range map[string]string{"aé": "a…", "ab": "ab", "abc": "ab…", "\x80\x80\x80\x80\x80\x80": "…"} {
		if got := Cut(text, 2); got != want && len(text) != 6 {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestPanicText(t *testing.T) {
	for want, value := range map[string]any{
		"panic: boom": "boom",
		"panic: 7":    7,
		"panic: EOF":  io.EOF,
		"panic: an error of type failure.Broken that can't be read: one of its methods panicked: in Error": Broken{"Error"},
	} {
		if got := PanicText(value); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

type Blank struct{}

func (Blank) Error() string { return " \n" }
func (Blank) Is(error) bool { return false }

func TestBlankText(t *testing.T) {
	for want, err := range map[string]error{
		"an error of type *failure.Nil without a text":  &Nil{},
		"an error of type failure.Blank without a text": Blank{},
	} {
		if got := Text(Guard(err)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := Cause(Guard(err)); got != want {
			t.Errorf("got the cause %q, want %q", got, want)
		}
	}
}
