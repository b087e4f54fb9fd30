package interpreter

import (
	"github.com/lokki-build/lokki/internal/suggest"
)

// graph checks the transitions between the states of one scope.
type graph struct {
	l     *loader
	at    string
	names []string
	next  map[string][]edge
	ends  []string // terminal states
}

// edge is a transition to a state, and the field that declares it.
type edge struct{ at, to string }

func (g *graph) to(from, at, to string) { g.next[from] = append(g.next[from], edge{at, to}) }

func (g *graph) check(startField, start string) {
	exists := map[string]bool{}
	for _, name := range g.names {
		exists[name] = true
	}
	known := func(at, name string) bool {
		if exists[name] {
			return true
		}
		hint := ""
		if near := suggest.Name(name, g.names); near != "" {
			hint = "did you mean " + near + "?"
		}
		g.l.p.hint(at, hint, "there is no state %q here", name)
		return false
	}
	reached := map[string]bool{}
	var queue []string
	if start != "" && known(startField, start) {
		reached[start] = true
		queue = []string{start}
	}
	startKnown := len(queue) > 0
	for _, name := range g.names { // report each wrong target once, in the order of the text
		for _, e := range g.next[name] {
			known(e.at, e.to)
		}
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		for _, e := range g.next[name] {
			if exists[e.to] && !reached[e.to] {
				reached[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
	if !startKnown {
		return
	}
	for _, name := range g.names {
		if !reached[name] {
			g.l.p.add(g.at+"/"+name, "no way leads to this state")
		}
	}
	for _, end := range g.ends {
		if reached[end] {
			return
		}
	}
	g.l.p.hint(g.at, "give one of them \"End\": true, or add a Succeed or Fail state", "no state ends the run")
}
