// Package flowtest makes valid graphs for tests, without any Go functions.
package flowtest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
)

// Chain makes the graph of a flow function and its calls, each a verb and the
// name of a step function: Chain("BirdsFlow", "start GetBirds", "map FlapBird",
// "agg JoinBirds"). A step without a package is in example.com/flows.
func Chain(flow string, calls ...string) graph.Graph {
	g := graph.Graph{Version: graph.Version, Flow: kebab(flow), Function: qualify(flow), Position: "flows/flows.go:10"}
	uses := map[string]int{}
	var open []*graph.Map
	for i, call := range calls {
		verb, function, _ := strings.Cut(call, " ")
		s := &graph.Step{
			Function: qualify(function),
			Position: fmt.Sprintf("flows/flows.go:%d", 11+i),
			Out:      "string",
		}
		s.Name = kebab(function[strings.LastIndexByte(function, '.')+1:])
		if uses[s.Name]++; uses[s.Name] > 1 {
			s.Name += fmt.Sprint("-", uses[s.Name])
		}
		arg := graph.Arg{As: graph.Value, From: g.Result, Type: "string"}
		nodes := func() *[]graph.Node {
			if len(open) > 0 {
				return &open[len(open)-1].Nodes
			}
			return &g.Nodes
		}
		switch verb {
		case "start":
			arg.As = graph.Input
			s.Defaults = json.RawMessage(`{"count":3}`)
		case "map":
			m := &graph.Map{Name: s.Name, Over: g.Result, Position: s.Position}
			to := nodes()
			*to = append(*to, graph.Node{Map: m})
			open = append(open, m)
			arg.As, arg.From = graph.Item, m.Name
		case "agg":
			arg.As = graph.Results
			open = open[:len(open)-1]
		}
		s.Args = []graph.Arg{arg}
		to := nodes()
		*to = append(*to, graph.Node{Step: s})
		g.Result = s.Name
	}
	return g
}

// Maps returns all maps of a graph, a map before those inside it.
func Maps(g graph.Graph) []*graph.Map {
	var all []*graph.Map
	for _, m := range plan.New(g).Maps {
		all = append(all, m.Map)
	}
	return all
}

func qualify(function string) string {
	if strings.Contains(function, ".") {
		return function
	}
	return "example.com/flows." + function
}

func kebab(ident string) string {
	name, err := graph.Name(ident)
	if err != nil {
		panic(err) // a mistake in the test
	}
	return name
}

// Manifest lists one target for each function of the graph.
func Manifest(g graph.Graph) manifest.Manifest {
	m := manifest.Manifest{Flow: "//flows:flow"}
	seen := map[string]bool{}
	for _, n := range g.Steps() {
		if !seen[n.Function] {
			seen[n.Function] = true
			m.Steps = append(m.Steps, manifest.Step{
				Target: "//flows:" + strings.ReplaceAll(n.Name, "-", "_"), Function: n.Function, Architecture: "arm64",
			})
		}
	}
	return m
}

// Digests returns made-up image digests, by target.
func Digests(m manifest.Manifest) map[string]string {
	all := map[string]string{}
	for _, s := range m.Steps {
		all[s.Target] = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(s.Target)))
	}
	return all
}
