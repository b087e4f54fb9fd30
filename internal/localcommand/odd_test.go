package localcommand

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/step"
	"github.com/lokki-build/lokki/internal/step/steptest"
	"github.com/lokki-build/lokki/lokki"
)

// oddly returns what a step shouldn't.
func oddly(_ context.Context, how string) (string, error) {
	if how == "control characters" {
		return "", errors.New("\x1b[2Jgone \u202eback\rover")
	}
	return "", steptest.All[how].End()
}

func Oddly(ctx context.Context, how string) (string, error) { return oddly(ctx, how) }

func OddFlow() lokki.Flow[string] { return lokki.Start(Oddly, "") }

// However a step fails, the run ends with an error that describes it.
func TestOddFailures(t *testing.T) {
	wants := map[string]string{"control characters": `\x1b[2Jgone \u202eback\rover`}
	for how, c := range steptest.All {
		wants[how] = c.Text
		if c.Type == failure.Panic && how != "Goexit" {
			wants[how] += "\n\ngoroutine "
		}
	}
	for how, want := range wants {
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

// TestOddTypes is the local run's part of the contract.
func TestOddTypes(t *testing.T) {
	flow, err := chain.BuildFunc(OddFlow)
	if err != nil {
		t.Fatal(err)
	}
	for how, c := range steptest.All {
		input, _ := json.Marshal(how)
		_, err := localrun.Run(t.Context(), flow, localrun.Options{Input: input})
		var failed *engine.StepError
		if !errors.As(err, &failed) || failure.Type(failed.Err) != c.Type || !strings.Contains(failure.Cause(failed.Err), c.Text) {
			t.Errorf("%s: got %.300v, want %s: %s", how, err, c.Type, c.Text)
		}
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
	var failed *engine.StepError
	var own steptest.Unsearchable
	if !errors.As(err, &failed) || !errors.As(err, &own) || errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	err = run("panic with an error")
	var panicked *step.PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("got %v", err)
	}
}
