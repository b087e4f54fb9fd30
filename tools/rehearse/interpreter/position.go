package interpreter

import (
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// position is where the states of a scope continue, or the output with which they
// ended.
type position struct {
	node    *node // nil if none was entered
	in      doc   // the state's input; the output if it is done
	resumed *resumption
	done    bool
}

// position finds the state that was entered but not left, and in a Parallel those
// of its branches.
func (x *execution) position(events []Event) (position, error) {
	t := trails{scopes: map[string]*scope{}, around: map[*scope]*scope{}, of: map[*scope]*trail{}, owner: map[int64]*scope{}, top: x.scope}
	t.index(x.scope)
	for _, e := range events {
		if err := t.follow(e); err != nil {
			return position{}, err
		}
	}
	last := events[len(events)-1]
	t.again = strings.HasPrefix(last.Type, "Execution") && last.Details.Error == awslimits.DataLimit
	p, err := t.position(x.scope)
	if err == nil && p.node == nil {
		return position{node: x.scope.start, in: x.input}, nil
	}
	return p, err
}

// trails is what a history says of the scopes that share it.
type trails struct {
	top    *scope
	scopes map[string]*scope // by the names of their states
	around map[*scope]*scope // the scope that a scope is in
	of     map[*scope]*trail
	owner  map[int64]*scope // of events
	again  bool             // after too much data, Parallel states and inline maps run as a whole
}

// trail is the last state that was entered in a scope.
type trail struct {
	node     *node
	input    doc
	resumed  *resumption
	left     bool
	output   doc
	iterated bool // something inside of it has completed
}

// index finds the scopes that a history tells of: those of a Distributed Map's
// children have histories of their own.
func (t *trails) index(s *scope) {
	for name, n := range s.states {
		t.scopes[name] = s
		for _, inner := range n.scopes() {
			t.around[inner] = s
			t.index(inner)
		}
	}
}

// scopes are those that are inside of a state and share its history.
func (n *node) scopes() []*scope {
	switch a := n.action.(type) {
	case *parallel:
		return a.branches
	case *mapState:
		if !a.distributed {
			return []*scope{a.scope}
		}
	}
	return nil
}

// follow takes the next event.
func (t *trails) follow(e Event) error {
	s := t.owner[e.Previous]
	if named := t.scopes[e.Details.Name]; named != nil {
		s = named
	}
	if s == nil {
		s = t.top
	}
	t.owner[e.ID] = s
	state := t.of[s]
	switch {
	case strings.HasSuffix(e.Type, "StateEntered"):
		input, err := readDoc(e, e.Details.Input)
		if err != nil {
			return err
		}
		t.of[s] = &trail{node: s.states[e.Details.Name], input: input, resumed: &resumption{entered: e.ID, at: e.Time}}
	case state == nil:
	case strings.HasSuffix(e.Type, "StateExited"):
		output, err := readDoc(e, e.Details.Output)
		if err != nil {
			return err
		}
		state.left, state.output = true, output
		for outer := t.around[s]; outer != nil; outer = t.around[outer] {
			t.of[outer].iterated = true
		}
	case e.Type == "MapIterationSucceeded":
		state.iterated = true
	case e.Type == "MapRunStarted" || e.Type == "MapRunRedriven":
		r := state.resumed
		r.mapRun, r.runRedrives = e.Details.MapRun, e.Details.Redrives
		r.label, r.id = splitMapRun(e.Details.MapRun)
	case e.Type == "MapRunSucceeded": // the failure came after it
		state.resumed.mapRun = ""
	case e.Type == "MapRunFailed" && (e.Details.Error == awslimits.DataLimit || e.Details.Error == awslimits.Runtime):
		// In this case the service starts another map run
		// (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html).
		state.resumed.mapRun = ""
	}
	return nil
}

func readDoc(e Event, text []byte) (doc, error) {
	value, err := jsonvalue.Parse(text)
	if err != nil {
		return doc{}, fmt.Errorf("reading event %d: %w", e.ID, err)
	}
	return doc{value, text}, nil
}

// position returns where a scope continues.
func (t *trails) position(s *scope) (position, error) {
	at := t.of[s]
	switch {
	case at == nil:
		return position{}, nil
	case at.left && (s == t.top || at.node.next != "" || at.node.kind == "Choice"):
		return position{}, fmt.Errorf("its history ends between two states, after %s", at.node.name)
	case at.left:
		return position{in: at.output, done: true}, nil
	case t.again:
		return position{node: at.node, in: at.input, resumed: at.resumed}, nil
	}
	p := position{node: at.node, in: at.input, resumed: at.resumed}
	switch a := at.node.action.(type) {
	case *parallel:
		var branches []position
		started := false
		for _, inner := range a.branches {
			branch, err := t.position(inner)
			if err != nil {
				return position{}, err
			}
			branches = append(branches, branch)
			started = started || t.of[inner] != nil
		}
		if started {
			p.resumed.branches = branches
		}
	case *mapState:
		if !a.distributed && at.iterated {
			return position{}, fmt.Errorf("the service continues the failed iterations of %s, which is not supported here\nhint: a Distributed Map can be redriven", at.node.name)
		}
	}
	return p, nil
}
