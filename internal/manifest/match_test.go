package manifest

import (
	"testing"

	"github.com/lokki-build/lokki/internal/graph"
)

func TestMatch(t *testing.T) {
	g := graph.Graph{
		Flow: "birds-flow", Function: "a.com/birds.BirdsFlow", Position: "flows/birds.go:31",
		Nodes: []graph.Node{
			{Step: &graph.Step{Name: "get-birds", Function: "a.com/birds.GetBirds", Position: "flows/birds.go:31"}},
			{Step: &graph.Step{Name: "flap-bird", Function: "a.com/birds.FlapBird", Position: "flows/birds.go:32"}},
			{Step: &graph.Step{Name: "flap-bird-2", Function: "a.com/birds.FlapBird", Position: "flows/birds.go:33"}},
			{Step: &graph.Step{Name: "http-get", Function: "a.com/net/web.HTTPGet", Position: "flows/birds.go:34"}},
		},
	}
	get := Step{Target: "//flows:get_birds", Function: "a.com/birds.GetBirds"}
	flap := Step{Target: "//flows:flap_bird", Function: "a.com/birds.FlapBird"}
	http := Step{Target: "//net:http_get", Function: "a.com/net/web.HTTPGet"}
	for name, c := range map[string]struct {
		steps []Step
		want  string
	}{
		"all there": {[]Step{http, flap, get}, ""},
		"missing": {[]Step{get, http},
			"flows/birds.go:32: step flap-bird: a.com/birds.FlapBird has no lokki_step in //flows:birds\n" +
				`hint: add ":flap_bird" to steps of //flows:birds, with lokki_step(name = "flap_bird", library = …), where library is the go_library of a.com/birds`},
		"unused": {[]Step{get, flap, http, {Target: "//flows:join", Function: "a.com/birds.Join"}},
			"flows/birds.go:31: :join runs a.com/birds.Join, which flow birds-flow does not use\n" +
				`hint: remove ":join" from steps of //flows:birds, or use Join in BirdsFlow`},
		"twice": {[]Step{get, flap, http, {Target: "//net:flap", Function: "a.com/birds.FlapBird"}},
			"flows/birds.go:32: step flap-bird: a.com/birds.FlapBird has 2 targets in //flows:birds: :flap_bird, //net:flap\n" +
				"hint: keep one of them in steps of //flows:birds"},
		"the wrong function": {[]Step{get, http, {Target: "//flows:flap_bird", Function: "a.com/old.FlapBird"}},
			"flows/birds.go:32: step flap-bird: a.com/birds.FlapBird has no lokki_step in //flows:birds\n" +
				`hint: ":flap_bird" in steps of //flows:birds runs a.com/old.FlapBird: correct its library or function` + "\n" +
				"flows/birds.go:31: :flap_bird runs a.com/old.FlapBird, which flow birds-flow does not use\n" +
				`hint: remove ":flap_bird" from steps of //flows:birds, or use FlapBird in BirdsFlow`},
		"none": {nil,
			"flows/birds.go:31: step get-birds: a.com/birds.GetBirds has no lokki_step in //flows:birds\n" +
				`hint: add ":get_birds" to steps of //flows:birds, with lokki_step(name = "get_birds", library = …), where library is the go_library of a.com/birds` + "\n" +
				"flows/birds.go:32: step flap-bird: a.com/birds.FlapBird has no lokki_step in //flows:birds\n" +
				`hint: add ":flap_bird" to steps of //flows:birds, with lokki_step(name = "flap_bird", library = …), where library is the go_library of a.com/birds` + "\n" +
				"flows/birds.go:34: step http-get: a.com/net/web.HTTPGet has no lokki_step in //flows:birds\n" +
				`hint: add ":http_get" to steps of //flows:birds, with lokki_step(name = "http_get", library = …), where library is the go_library of a.com/net/web`},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if err := (Manifest{Flow: "//flows:birds", Steps: c.steps}).Match(g); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestMatchOfAnUnexportedFunction(t *testing.T) {
	g := graph.Graph{Nodes: []graph.Node{{Step: &graph.Step{Name: "get-birds", Function: "a.com/birds.getBirds", Position: "b.go:1"}}}}
	want := "b.go:1: step get-birds: a.com/birds.getBirds has no lokki_step in //:birds\n" +
		"hint: getBirds is not exported: start its name with a capital, so that the step's binary can call it, then add its lokki_step to steps of //:birds"
	if err := (Manifest{Flow: "//:birds"}).Match(g); err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}
