package graph

import "strings"

// Problem is one mistake in a flow, and how to fix it. Several are joined with
// errors.Join.
type Problem struct {
	Position string // the flow's call, as in "flows/birds.go:32"; may be empty
	Step     string // the step's name, as in "flap-bird"; empty for the whole flow
	What     string // what is wrong
	Hint     string // what to do; may be empty
}

// Error is "position: step name: what", then a line "hint: …" if there is one.
func (p Problem) Error() string {
	var b strings.Builder
	if p.Position != "" {
		b.WriteString(p.Position + ": ")
	}
	if p.Step != "" {
		b.WriteString("step " + p.Step + ": ")
	}
	b.WriteString(p.What)
	if p.Hint != "" {
		b.WriteString("\nhint: " + p.Hint)
	}
	return b.String()
}
