package chain

import (
	"context"
	"strings"
	"testing"
)

type bird struct{ name string }

func (b bird) Flap(ctx context.Context, s string) (string, error)  { return b.name + s, nil }
func (b *bird) Land(ctx context.Context, s string) (string, error) { return b.name + s, nil }

func inlined(s string) (string, error) { return s, nil }

// Tiny begins with the code of a function that is inlined into it.
func Tiny(ctx context.Context, s string) (string, error) { return inlined(s) }

func Generic[T any](ctx context.Context, v T) (T, error) { return v, nil }

func Größer(ctx context.Context, s string) (string, error) { return s, nil }
func Éclair(ctx context.Context, s string) (string, error) { return s, nil }

var literal = func(ctx context.Context, s string) (string, error) { return s, nil }
var alias = Tiny

func closureIn[T any](v T) func(context.Context, string) (string, error) {
	return func(ctx context.Context, s string) (string, error) { _ = v; return s, nil }
}

func TestSteps(t *testing.T) {
	n := 0
	captures := func(ctx context.Context, s string) (string, error) { n++; return s, nil }
	for name, c := range map[string]struct {
		step func(context.Context, string) (string, error)
		want string // "name function", or a part of the problem after the position
	}{
		"named":              {Tiny, "tiny github.com/lokki-build/lokki/internal/chain.Tiny"},
		"named by variable":  {alias, "tiny github.com/lokki-build/lokki/internal/chain.Tiny"},
		"closure":            {captures, ": it is a closure or a function literal\nhint: move it"},
		"literal":            {func(ctx context.Context, s string) (string, error) { return s, nil }, ": it is a closure"},
		"literal in a var":   {literal, "step init.func1: it is a closure"},
		"closure in generic": {closureIn(1), ": it is a closure or a function literal"},
		"method value":       {bird{"a"}.Flap, "step bird.Flap-fm: it is a method value\nhint: write a top-level function"},
		"pointer method":     {(&bird{"a"}).Land, "step (*bird).Land-fm: it is a method value"},
		"generic":            {Generic[string], "step Generic[...]: it is an instance of a generic function\nhint: write a top-level function with concrete types"},
		"nil":                {nil, "step start: it is nil\nhint: pass the name"},
		"letters":            {Größer, "step Größer: the name \"Größer\" has characters other than the letters A to Z, digits and underscores\nhint: rename the function"},
		"marks":              {Éclair, "step Éclair: the name \"Éclair\" has characters other than the letters A to Z, digits and underscores\nhint: rename the function"},
	} {
		t.Run(name, func(t *testing.T) {
			node := New(nil, Start, c.step, Caller(0))
			node.SetDefaults("")
			flow, err := Build(node)
			if err != nil {
				position, rest, _ := strings.Cut(err.Error(), ": ")
				if !strings.Contains(position, "refusal_test.go:") || !strings.Contains(rest, c.want) {
					t.Errorf("got  %v\nwant …%s…", err, c.want)
				}
				return
			}
			if got := flow.Plan.First().Name + " " + flow.Plan.First().Function; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestSymbols(t *testing.T) {
	for symbol, want := range map[string][2]string{ // qualified, enclosing
		"gopkg.in/yaml%2ev3.Marshal":            {"gopkg.in/yaml.v3.Marshal", "gopkg.in/yaml.v3.Marshal"},
		"example.com/a.b/birds.GetBirds":        {"example.com/a.b/birds.GetBirds", "example.com/a.b/birds.GetBirds"},
		"example.com/100%25/x%2ey.Get":          {"example.com/100%/x.y.Get", "example.com/100%/x.y.Get"},
		"main.GetBirds":                         {"main.GetBirds", "main.GetBirds"},
		"a/b.BirdsFlow.func1":                   {"a/b.BirdsFlow.func1", "a/b.BirdsFlow"},
		"a/b.BirdsFlow.func1.2":                 {"a/b.BirdsFlow.func1.2", "a/b.BirdsFlow"},
		"a/b.(*Set).Flow.func1":                 {"a/b.(*Set).Flow.func1", "a/b.Flow"},
		"a/b.Flow.Flow.func2.Flow-range1.func3": {"a/b.Flow.Flow.func2.Flow-range1.func3", "a/b.Flow"},
	} {
		if got := [2]string{function(symbol), enclosing(symbol)}; got != want {
			t.Errorf("%s: got %q, want %q", symbol, got, want)
		}
	}
}
