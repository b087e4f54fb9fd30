package cost_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/golden"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

// input is an estimate of a flow with the default basis.
func input(g graph.Graph, options map[string]flowtest.Options) cost.Input {
	g = flowtest.With(g, options)
	return cost.Input{Graph: g, Manifest: flowtest.Manifest(g), Memory: 512, Timeout: 900, Basis: cost.DefaultBasis()}
}

func birds(options flowtest.Options) cost.Input {
	return input(flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds"), map[string]flowtest.Options{"flap-bird": options})
}

func words(options map[string]flowtest.Options) cost.Input {
	return input(flowtest.Chain("WordsFlow", "start ListTexts", "map SplitText", "map CountLetters", "agg SumWords", "agg SumTexts"), options)
}

// TestCount has numbers that were calculated by hand.
func TestCount(t *testing.T) {
	express := birds(flowtest.Options{Express: true, Batch: 10})
	amd64 := birds(flowtest.Options{})
	amd64.Manifest.Steps[1].Architecture, amd64.Manifest.Steps[1].Memory = "amd64", 2048
	fixed := words(nil)
	fixed.Basis.Items.Maps = map[string]int{"count-letters": 3}
	for _, c := range []struct {
		name string
		in   cost.Input
		n    int
		want string // transitions, Express workflows, invocations, writes, reads, together
	}{
		// get, Choice, Map, join; a start and a task for each child.
		{"a map", birds(flowtest.Options{}), 1000, "2004 0 1002 1005 2001 1000"},
		{"nothing to map", birds(flowtest.Options{}), 0, "3 0 2 3 0 1"},
		{"batches of Express", express, 1001, "105 101 103 106 203 101"},
		// 4 states and 5 starts; in each child 4 states, 3 starts and 3 tasks.
		{"a map in a map", fixed, 5, "59 0 27 45 46 15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := cost.Count(c.in, c.n)
			got := fmt.Sprintf("%v %v %v %v %v %v", u.Transitions, u.ExpressRequests, u.Invocations, u.Puts, u.Gets, u.Together)
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	// 1,002 invocations of 0.1 s and half a second of reading, at half a GB.
	if u := cost.Count(birds(flowtest.Options{}), 1000); fmt.Sprintf("%.3f", u.ArmGBSeconds) != "50.350" || u.X86GBSeconds != 0 {
		t.Errorf("%v GB-seconds of arm64, %v of amd64", u.ArmGBSeconds, u.X86GBSeconds)
	}
	if u := cost.Count(amd64, 1000); fmt.Sprintf("%.3f %.3f", u.ArmGBSeconds, u.X86GBSeconds) != "0.350 200.000" {
		t.Errorf("%v GB-seconds of arm64, %v of amd64", u.ArmGBSeconds, u.X86GBSeconds)
	}
	// Children of 10 items take a second each, at 64 MB.
	if u := cost.Count(express, 1000); u.ExpressGBSeconds != 100*1.0*64/1024 {
		t.Errorf("%v GB-seconds of Express workflows", u.ExpressGBSeconds)
	}
}

// TestTheHistoryDoesNotGrow: each child has its own history.
func TestTheHistoryDoesNotGrow(t *testing.T) {
	for seed := range uint64(50) {
		in := input(flowtest.Random(seed), nil)
		if few, many := cost.Count(in, 1).History, cost.Count(in, 1_000_000).History; few != many || few < 7 {
			t.Errorf("seed %d: %v events for one item, %v for a million", seed, few, many)
		}
	}
}

func TestTable(t *testing.T) {
	in := words(map[string]flowtest.Options{"count-letters": {Express: true, Batch: 10}})
	in.Basis.Items.Maps = map[string]int{"split-text": 20}
	in.Metrics, in.Manifest.Alarms = true, true
	got, err := cost.Table(in)
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "testdata/words.cost.txt", got)
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*cost.Input)
		want   string
	}{
		"no items":       {func(in *cost.Input) { in.Basis.Items.Columns = nil }, "hint: give some, as in 1,1000"},
		"negative items": {func(in *cost.Input) { in.Basis.Items.Columns = []int{-1} }, "-1 items: want 0 or more"},
		"no map":         {func(in *cost.Input) { in.Basis.Items.Maps = map[string]int{"get-birds": 3} }, `items of "get-birds": no map of birds-flow begins with this step`},
		"negative map":   {func(in *cost.Input) { in.Basis.Items.Maps = map[string]int{"flap-bird": -3} }, "-3 items of flap-bird"},
		"other steps":    {func(in *cost.Input) { in.Manifest.Steps = in.Manifest.Steps[1:] }, "GetBirds"},
		"no graph":       {func(in *cost.Input) { in.Graph.Nodes = nil }, "no steps"},
	} {
		t.Run(name, func(t *testing.T) {
			in := birds(flowtest.Options{})
			c.change(&in)
			if _, err := cost.Table(in); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
