package asl

import (
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
)

// Function is one step function of a flow, however often the flow uses it.
type Function struct {
	Name   string // the name of its first use, unique among functions: "get-birds"
	ID     string // the same in letters and digits, also unique: "GetBirds"
	Symbol string // as in "example.com/birds.GetBirds"
	Node   graph.Node
}

// Substitution is the state machine's placeholder for the ARN of the function's
// Lambda.
func (f Function) Substitution() string { return f.ID + "FunctionArn" }

// Functions returns the functions of a valid graph in the order of their first
// use. Node is that use.
func Functions(g graph.Graph) []Function {
	var all []Function
	symbols, ids := map[string]bool{}, map[string]bool{}
	for _, n := range g.Nodes {
		if symbols[n.Function] {
			continue
		}
		symbols[n.Function] = true
		id := camel(n.Name)
		if ids[id] { // "v-2" and "v2" are both V2
			id += strings.ToUpper(hash(n.Name))
		}
		ids[id] = true
		all = append(all, Function{Name: n.Name, ID: id, Symbol: n.Function, Node: n})
	}
	return all
}

// camel joins the words of a kebab-case name.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
