package cfn_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/cfn"
)

func TestLambdasInExpressMaps(t *testing.T) {
	for name, c := range map[string]struct {
		graph   graph.Graph
		timeout int // of the lokki_step
		config  int // of lokki.yml
		want    string
	}{
		"default":             {expressMap("agg JoinBirds"), 0, 900, "300"},
		"a shorter default":   {expressMap("agg JoinBirds"), 0, 60, "60"},
		"its own":             {expressMap("agg JoinBirds"), 300, 900, "300"},
		"used elsewhere, too": {expressMap("agg JoinBirds", "then FlapBird"), 0, 900, "900"},
		"not Express":         {flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds"), 301, 900, "301"},
	} {
		in := input(t, c.graph)
		in.Config.LambdaDefaults.Timeout = c.config
		in.Manifest.Steps[1].Timeout = c.timeout
		if got := at(resource(t, template(t, in), "FlapBirdFunction"), "Properties", "Timeout").Value; got != c.want {
			t.Errorf("%s: timeout %s, want %s", name, got, c.want)
		}
		if got := at(resource(t, template(t, in), "GetBirdsFunction"), "Properties", "Timeout").Value; (got == "900") != (c.config == 900) {
			t.Errorf("%s: timeout %s outside the map", name, got)
		}
	}
}

// TestLambdasHaveTimeForTheirSteps sets limits on the uses of FlapBird.
func TestLambdasHaveTimeForTheirSteps(t *testing.T) {
	standard := flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "then FlapBird", "agg JoinBirds")
	for name, c := range map[string]struct {
		graph   graph.Graph
		limits  [2]int // of flap-bird and flap-bird-2
		timeout int    // of the lokki_step
		config  int    // of lokki.yml
		want    string // the Lambda's timeout, or parts of the error
		noted   bool
	}{
		"short":                    {standard, [2]int{5, 0}, 0, 900, "900", false},
		"more than the project's":  {standard, [2]int{5, 90}, 0, 60, "150", true},
		"nearly the default":       {standard, [2]int{841, 5}, 0, 900, "901", true},
		"more than the default":    {standard, [2]int{1200, 0}, 0, 900, "1260", true},
		"all there is":             {standard, [2]int{1800, 0}, 0, 900, "1800", true},
		"the target's own":         {standard, [2]int{5, 0}, 6, 900, "6", false},
		"the target's, all":        {standard, [2]int{1800, 0}, 1800, 900, "1800", true},
		"the project's, all":       {standard, [2]int{}, 0, 1800, "1800", true},
		"Express":                  {expressMap("then FlapBird", "agg JoinBirds"), [2]int{200, 50}, 0, 60, "260", true},
		"Express, nearly all":      {expressMap("then FlapBird", "agg JoinBirds"), [2]int{250, 50}, 0, 900, "300", false},
		"less than its step":       {standard, [2]int{5, 90}, 60, 900, "flows/flows.go:13: step flap-bird-2: the step has a lokki.Timeout of 90 seconds, and //flows:flap_bird a timeout of 60, … hint: leave timeout of //flows:flap_bird out, or set it to 150", false},
		"only that of its step":    {standard, [2]int{90, 0}, 90, 900, "a lokki.Timeout of 90 seconds, and //flows:flap_bird a timeout of 90", false},
		"less than all there is":   {standard, [2]int{1790, 0}, 1000, 900, "set it to 1800", false},
		"less in an Express child": {expressMap("agg JoinBirds", "then FlapBird"), [2]int{40, 0}, 30, 900, "lokki.Timeout of 40", false},
	} {
		t.Run(name, func(t *testing.T) {
			in := input(t, c.graph)
			for i, name := range []string{"flap-bird", "flap-bird-2"} {
				for _, s := range in.Graph.Steps() {
					if s.Name == name {
						s.Timeout = c.limits[i]
					}
				}
			}
			in.Config.LambdaDefaults.Timeout = c.config
			in.Manifest.Steps[1].Timeout = c.timeout
			made, err := cfn.Generate(in)
			if err != nil {
				for part := range strings.SplitSeq(c.want, " … ") {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("error %v, want %s", err, part)
					}
				}
				return
			}
			if got := at(resource(t, template(t, in), "FlapBirdFunction"), "Properties", "Timeout").Value; got != c.want {
				t.Errorf("timeout %s, want %s", got, c.want)
			}
			if noted := strings.Contains(strings.Join(made.Notes, ""), "step flap-bird has a timeout of "+c.want+" seconds"); noted != c.noted {
				t.Errorf("notes %q", made.Notes)
			}
		})
	}
}

func TestATimeoutThatAnExpressMapCutsShort(t *testing.T) {
	in := input(t, expressMap("then FlapBird", "agg JoinBirds"))
	in.Manifest.Steps[1].Timeout = 301
	_, err := cfn.Generate(in)
	const want = "flows/flows.go:12: step flap-bird: //flows:flap_bird has a timeout of 301 seconds, but runs in an Express map, whose children live for 300\n" +
		"hint: set timeout of //flows:flap_bird to 300 or less, or leave lokki.Express out of the map\n" +
		"flows/flows.go:13: step flap-bird-2: "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// expressMap is a flow with an Express map over FlapBird, and more calls.
func expressMap(calls ...string) graph.Graph {
	g := flowtest.Chain("BirdsFlow", append([]string{"start GetBirds", "map FlapBird"}, calls...)...)
	g.Nodes[1].Map.Express = true
	return g
}
