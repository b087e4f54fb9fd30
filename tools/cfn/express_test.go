package cfn_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/lokki/graph"
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

func TestATimeoutThatAnExpressMapCutsShort(t *testing.T) {
	in := input(t, expressMap("then FlapBird", "agg JoinBirds"))
	in.Manifest.Steps[1].Timeout = 301
	_, err := cfn.Generate(in)
	const want = "flows/flows.go:12: step flap-bird: //flows:flap_bird has a timeout of 301 seconds, in an Express map, whose children live for 300\n" +
		"hint: set timeout of //flows:flap_bird to 300 or less, or leave lokki.Express out of the map\n" +
		"flows/flows.go:13: step flap-bird-2: "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// expressMap is a flow with an Express map over FlapBird, and more calls.
func expressMap(calls ...string) graph.Graph {
	g := flowtest.Chain("BirdsFlow", append([]string{"start GetBirds", "map FlapBird"}, calls...)...)
	g.Nodes[1].Express = true
	return g
}
