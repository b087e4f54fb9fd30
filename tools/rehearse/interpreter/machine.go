package interpreter

import (
	"time"
	"unicode/utf8"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// Machine is a state machine that is ready to run. It can run any number of
// executions concurrently.
type Machine struct {
	scope   *scope
	timeout time.Duration // 0 is no limit
}

// Load reads a definition and checks it. The error joins a [Problem] for each
// thing that is wrong.
func Load(definition []byte) (*Machine, error) {
	var p problems
	if len(definition) > awslimits.DefinitionBytes {
		p.add("/", "the definition has %d bytes: at most %d are allowed", len(definition), awslimits.DefinitionBytes)
		return nil, p.err()
	}
	top := readTree(definition, &p)
	if top == nil {
		return nil, p.err()
	}
	l := &loader{p: &p, states: map[string]string{}, labels: map[string]string{}}
	m := &Machine{}
	top.str("Comment")
	if version, ok := top.str("Version"); ok && version != "1.0" {
		p.add(top.path("Version"), "there is only version 1.0")
	}
	readLanguage(top)
	m.timeout = seconds(top.integer("TimeoutSeconds", 0, 1, awslimits.TimerSeconds))
	m.scope = l.scope(top, place{})
	top.done()
	if err := p.err(); err != nil {
		return nil, err
	}
	return m, nil
}

// readLanguage accepts JSONPath, the default.
func readLanguage(o *object) {
	if language, ok := o.str("QueryLanguage"); ok && language != "JSONPath" {
		o.p.add(o.path("QueryLanguage"), "only JSONPath is supported here, not %s", language)
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// loader holds what must be unique in the whole machine.
type loader struct {
	p      *problems
	states map[string]string // where a state's name is used
	labels map[string]string
}

// place is what surrounds a scope.
type place struct {
	express bool // in an Express child
	inline  bool // in an inline map
	depth   int
}

// scope is the states of a machine or of a map's processor.
type scope struct {
	start  *node
	states map[string]*node
}

// scope reads StartAt and States.
func (l *loader) scope(o *object, where place) *scope {
	o.require("StartAt", "States")
	startAt, _ := o.str("StartAt")
	states := o.object("States")
	if states == nil {
		return nil
	}
	if len(states.names) == 0 {
		l.p.add(states.at, "there are no states")
		return nil
	}
	s := &scope{states: map[string]*node{}}
	g := graph{l: l, at: states.at, next: map[string][]edge{}, names: states.names}
	for _, name := range states.names {
		at := states.path(name)
		if n := utf8.RuneCountInString(name); n > awslimits.NameLength || n == 0 {
			l.p.add(at, "the name has %d characters: 1 to %d are allowed", n, awslimits.NameLength)
		}
		if first, ok := l.states[name]; ok {
			l.p.hint(at, "names are unique in the whole machine, also in maps and branches", "there is a state of this name already, %s", first)
		}
		l.states[name] = at
		child, ok := states.members[name].(*object)
		if !ok {
			l.p.add(at, "want an object, not %s", jsonvalue.Kind(states.members[name]))
			continue
		}
		s.states[name] = l.node(name, child, where, &g)
	}
	g.check(o.path("StartAt"), startAt)
	s.start = s.states[startAt]
	return s
}
