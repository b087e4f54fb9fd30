package asl_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/tools/asl"
)

// nest is a flow of nested maps with the given concurrencies, 0 for none. Its
// maps are map-a, map-b, …
func nest(concurrency ...int) graph.Graph {
	calls, options := []string{"start Begin"}, map[string]flowtest.Options{}
	for i, c := range concurrency {
		letter := string(rune('A' + i))
		calls = append(calls, "map Map"+letter)
		options["map-"+strings.ToLower(letter)] = flowtest.Options{Concurrency: c}
	}
	calls = append(calls, slices.Repeat([]string{"agg End"}, len(concurrency))...)
	return flowtest.With(flowtest.Chain("NestFlow", calls...), options)
}

func TestConcurrency(t *testing.T) {
	for _, c := range []struct{ given, want []int }{
		{[]int{0}, []int{1000}},
		{[]int{10_000}, []int{10_000}},
		{[]int{0, 0}, []int{31, 32}},
		{[]int{0, 0, 0}, []int{10, 10, 10}},
		{[]int{0, 0, 0, 0}, []int{5, 5, 6, 6}},
		{[]int{100, 0}, []int{100, 10}},
		{[]int{0, 100}, []int{10, 100}},
		{[]int{0, 10, 0}, []int{10, 10, 10}},
		{[]int{0, 1}, []int{999, 1}}, // its own map run is the thousandth
		{[]int{999, 0}, []int{999, 1}},
		{[]int{0, 10_000}, []int{1, 10_000}},
		{[]int{0, 1, 1}, []int{499, 1, 1}},
	} {
		t.Run(fmt.Sprint(c.given), func(t *testing.T) {
			all := plan.New(nest(c.given...))
			var got []int
			for i := range c.given {
				got = append(got, all.Map("map-"+string(rune('a'+i))).AtOnce)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			if _, err := asl.Generate(nest(c.given...)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestMapsInARowDontShare: the outer map's share depends on the deeper of the
// two inside, and each of those gets what is left.
func TestMapsInARowDontShare(t *testing.T) {
	g := flowtest.Chain("AFlow", "start S", "map A", "map B", "agg X", "map C", "map D", "agg X", "agg X", "agg X", "map E", "agg X")
	got := plan.New(g)
	for name, want := range map[string]int{"a": 10, "b": 100, "c": 10, "d": 10, "e": 1000} {
		if got := got.Map(name).AtOnce; got != want {
			t.Errorf("%s has %d, want %d", name, got, want)
		}
	}
}

// load walks every chain of maps: the innermost children that run at once, and
// the map runs that are open.
func load(g graph.Graph) (lambdas, mapRuns int) {
	for _, n := range plan.New(g).Steps {
		children, runs := 1, 0
		for _, m := range n.Around() {
			runs += children
			children *= m.AtOnce
		}
		lambdas, mapRuns = max(lambdas, children), max(mapRuns, runs)
	}
	return lambdas, mapRuns
}

func TestDefaultsStayWithinTheQuotas(t *testing.T) {
	for depth := 1; depth <= envelope.MaxDepth; depth++ {
		g := nest(make([]int, depth)...)
		if lambdas, mapRuns := load(g); lambdas > 1000 || lambdas < 500 || mapRuns > 1000 {
			t.Errorf("%d maps: %d children and %d map runs", depth, lambdas, mapRuns)
		}
		if _, err := asl.Generate(g); err != nil {
			t.Error(err)
		}
	}
	for seed := range uint64(300) {
		g := flowtest.Random(seed)
		if _, mapRuns := load(g); mapRuns > 1000 {
			t.Errorf("seed %d: %d map runs", seed, mapRuns)
		}
		for _, m := range flowtest.Maps(g) {
			m.Concurrency = 0
		}
		if lambdas, mapRuns := load(g); lambdas > 1000 || mapRuns > 1000 {
			t.Errorf("seed %d without concurrency: %d children and %d map runs", seed, lambdas, mapRuns)
		}
	}
}

func TestOpenMapRuns(t *testing.T) {
	for _, c := range []struct {
		given []int
		want  []string // parts of the error; nil for no error
	}{
		{[]int{999, 5}, nil},
		{[]int{1000, 5}, []string{"flows/flows.go:12: step map-a: 1001 map runs may be open at the same time, 1 of map-a, 1000 of map-b; Step Functions has 1000",
			"hint: give the map lokki.Concurrency(999) at most, or leave it out"}},
		{[]int{1000, 0, 0}, []string{"2001 map runs", "lokki.Concurrency(499) at most"}},
		{[]int{0, 1000, 1}, []string{"flows/flows.go:13: step map-b: 1002 map runs", "1 of map-a, 1 of map-b, 1000 of map-c", "lokki.Concurrency(998)"}},
		{[]int{40, 40, 1}, []string{"1641 map runs", "step map-a", "lokki.Concurrency(24)"}},
		{[]int{1000, 1000, 1}, []string{"step map-a", "1001001 map runs", "leave lokki.Concurrency out where a map holds another one"}},
		{[]int{10_000, 10_000, 10_000, 10_000, 10_000, 10_000}, []string{"map runs", "hint: "}},
	} {
		t.Run(fmt.Sprint(c.given), func(t *testing.T) {
			_, err := asl.Generate(nest(c.given...))
			if err == nil != (len(c.want) == 0) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
		})
	}
}

// TestTheHintOnMapRunsHelps follows the hint of each error.
func TestTheHintOnMapRunsHelps(t *testing.T) {
	for a := 1; a <= 10_000; a *= 3 {
		for b := 1; b <= 10_000; b *= 5 {
			given := []int{a, b, 0}
			_, err := asl.Generate(nest(given...))
			if err == nil {
				continue
			}
			_, number, found := strings.Cut(err.Error(), "give the map lokki.Concurrency(")
			at := 0
			if strings.Contains(err.Error(), "step map-b: ") {
				at = 1
			}
			if !found {
				given = []int{0, 0, 0}
			} else if _, err := fmt.Sscan(strings.TrimRight(strings.Fields(number)[0], ")"), &given[at]); err != nil {
				t.Fatal(err)
			}
			if _, err := asl.Generate(nest(given...)); err != nil {
				t.Errorf("%d, %d: after the change to %v still %v", a, b, given, err)
			}
		}
	}
}
