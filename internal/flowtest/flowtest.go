// Package flowtest makes valid graphs for tests, without any Go functions.
package flowtest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
)

// Chain makes the graph of a flow function and its calls, each a kind and the
// name of a step function: Chain("BirdsFlow", "start GetBirds", "map FlapBird",
// "agg JoinBirds"). A step without a package is in example.com/flows.
func Chain(flow string, calls ...string) graph.Graph {
	g := graph.Graph{Version: graph.Version, Flow: kebab(flow), Function: qualify(flow), Position: "flows/flows.go:10"}
	uses := map[string]int{}
	var open []string
	for i, call := range calls {
		kind, function, _ := strings.Cut(call, " ")
		n := graph.Node{
			Kind:     graph.Kind(kind),
			Function: qualify(function),
			Position: fmt.Sprintf("flows/flows.go:%d", 11+i),
			In:       "string",
			Out:      "string",
		}
		n.Name = kebab(function[strings.LastIndexByte(function, '.')+1:])
		if uses[n.Name]++; uses[n.Name] > 1 {
			n.Name += fmt.Sprint("-", uses[n.Name])
		}
		switch n.Kind {
		case graph.Start:
			n.Defaults = json.RawMessage(`{"count":3}`)
		case graph.Map:
			open = append(open, n.Name)
		case graph.Agg:
			open = open[:len(open)-1]
		}
		n.Scope = slices.Clone(open)
		if i > 0 {
			n.From = g.Nodes[i-1].Name
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
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
	for _, n := range g.Nodes {
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
