package localcommand

import (
	"context"
	"errors"
	"io"
	"log"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/lokki"
)

type NilError struct{ text string }

func (e *NilError) Error() string { return e.text }

type Unreadable struct{}

func (Unreadable) Error() string { panic("no text") }

type Unsearchable struct{}

func (Unsearchable) Error() string { return "unsearchable" }
func (Unsearchable) As(any) bool   { panic("no As") }

// oddly returns what a step shouldn't.
func oddly(_ context.Context, how string) (string, error) {
	var none *NilError
	switch how {
	case "typed nil":
		return "", none
	case "Error panics":
		return "", Unreadable{}
	case "As panics":
		return "", Unsearchable{}
	case "marked":
		return "", lokki.Permanent(Unreadable{})
	case "panic with an error":
		panic(Unreadable{})
	case "panic with nil":
		panic(nil) //nolint:govet // what this case tests
	case "long":
		return "", errors.New(strings.Repeat("é", 1<<20))
	case "long panic":
		panic(strings.Repeat("é", 1<<20))
	case "control characters":
		return "", errors.New("\x1b[2Jgone \u202eback\rover")
	}
	log.Panic("boom")
	return "", io.EOF
}

func Oddly(ctx context.Context, how string) (string, error) { return oddly(ctx, how) }

func OddFlow() lokki.Flow[string] { return lokki.Start(Oddly, "") }

// However a step fails, the run ends with an error that describes it.
func TestOddFailures(t *testing.T) {
	for how, want := range map[string]string{
		"typed nil":           "(github.com/lokki-build/lokki/internal/localcommand.Oddly): no error text: the error is nil\nhint: the step returned a nil *localcommand.NilError as its error",
		"Error panics":        "an error of type localcommand.Unreadable that can't be read: one of its methods panicked: no text",
		"As panics":           "localcommand.Oddly): unsearchable\n",
		"marked":              "an error of type localcommand.Unreadable that can't be read",
		"panic with an error": "panic: an error of type localcommand.Unreadable that can't be read: one of its methods panicked: no text\n\ngoroutine ",
		"panic with nil":      "panic: panic called with nil argument",
		"long":                "é…\ninput: ",
		"long panic":          "é…\n\ngoroutine ",
		"control characters":  `\x1b[2Jgone \u202eback\rover`,
		"log.Panic":           "panic: boom\n\ngoroutine ",
	} {
		t.Run(how, func(t *testing.T) {
			for _, form := range []string{"--quiet", "--json"} {
				got := program(OddFlow).try(t.Context(), "", "--input", `"`+how+`"`, form)
				if got.code != 1 || got.stdout != "" || !strings.Contains(got.stderr, want) {
					t.Errorf("%s: got %d, %q, %.2000s", form, got.code, got.stdout, got.stderr)
				}
				if !utf8.ValidString(got.stderr) || len(got.stderr) > 200<<10 || strings.ContainsAny(got.stderr, "\x1b\r\u202e") {
					t.Errorf("%s: %d bytes for a terminal: %.200q", form, len(got.stderr), got.stderr)
				}
			}
		})
	}
}

// The error of a run wraps what the step returned.
func TestOddErrorsAreFound(t *testing.T) {
	run := func(how string) error {
		flow, err := chain.Build(lokki.Start(Oddly, how))
		if err != nil {
			t.Fatal(err)
		}
		_, err = localrun.Run(t.Context(), flow, localrun.Options{})
		return err
	}
	err := run("As panics")
	var step *engine.StepError
	var own Unsearchable
	if !errors.As(err, &step) || !errors.As(err, &own) || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	err = run("panic with an error")
	var panicked *chain.PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("got %v", err)
	}
}
