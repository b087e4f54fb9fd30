package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Function is one step function of a flow, however often the flow uses it.
type Function struct {
	Name   string // the name of its first use, unique among functions: "get-birds"
	ID     string // the same in letters and digits, also unique: "GetBirds"
	Symbol string // as in "example.com/birds.GetBirds"
	First  *Step  // its first use
}

// Substitution is the state machine's placeholder for the ARN of the function's
// Lambda.
func (f Function) Substitution() string { return f.ID + "FunctionArn" }

// Functions returns the functions of the flow in the order of their first use.
func (p *Plan) Functions() []Function {
	var all []Function
	symbols, ids := map[string]bool{}, map[string]bool{}
	for _, s := range p.Steps {
		if symbols[s.Function] {
			continue
		}
		symbols[s.Function] = true
		id := camel(s.Name)
		if ids[id] { // "v-2" and "v2" are both V2
			id += strings.ToUpper(Hash(s.Name))
		}
		ids[id] = true
		all = append(all, Function{Name: s.Name, ID: id, Symbol: s.Function, First: s})
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

// Hash returns 8 characters of a name's hash, for names that must be shortened.
func Hash(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}
