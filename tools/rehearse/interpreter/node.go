package interpreter

import (
	"context"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// node is a state: what all types have in common, and the type's action.
type node struct {
	name, kind   string
	input        *jsonpath.Path // nil is JSON's null: the input is {}
	output       *jsonpath.Path // nil is JSON's null: the output is {}
	next         string         // "" ends the scope
	action       action
	resultPath   *jsonpath.Path // nil if the result is dropped
	selector     template
	retries      []retrier
	catchers     []catcher
	placesResult bool // Task, Map, Parallel and Pass: the result is merged into the input
}

// action is what a type of state does.
type action interface {
	// run gets the effective input. It returns the result, and the name of the
	// next state if that isn't the node's own.
	run(ctx context.Context, v *visit, input any) (result any, next string, err error)
}

// Why fields of the language are rejected.
const (
	noJSONata   = "it belongs to JSONata, which is not supported here"
	noVariables = "variables are not supported here"
)

var wholeInput = jsonpath.Whole

// node reads one state.
func (l *loader) node(name string, o *object, where place, g *graph) *node {
	n := &node{name: name, input: wholeInput, output: wholeInput, resultPath: wholeInput}
	o.require("Type")
	o.str("Comment")
	readLanguage(o)
	o.refuse(noJSONata, "Output", "Arguments")
	o.refuse(noVariables, "Assign")
	n.kind, _ = o.str("Type")
	r := stateReader{l: l, o: o, n: n, where: where, graph: g}
	switch n.kind {
	case "Task":
		r.task()
	case "Map":
		r.mapState()
	case "Choice":
		r.choice()
	case "Pass":
		r.pass()
	case "Wait":
		r.wait()
	case "Succeed":
		r.paths()
		n.action = succeed{}
		r.ends()
	case "Fail":
		r.fail()
	case "Parallel":
		r.parallel()
	case "":
		return n
	default:
		l.p.add(o.path("Type"), "%q is not a type: want Task, Map, Parallel, Choice, Pass, Wait, Succeed or Fail", n.kind)
		return n
	}
	o.done()
	return n
}

// stateReader reads the fields of one state.
type stateReader struct {
	l     *loader
	o     *object
	n     *node
	where place
	graph *graph
}

// transition reads Next and End.
func (r *stateReader) transition() {
	end := r.o.boolean("End")
	next, ok := r.o.str("Next")
	switch {
	case ok && end:
		r.o.p.add(r.o.path("End"), "a state has either Next or End")
	case !ok && !end && !r.o.has("Next"):
		r.o.p.hint(r.o.at, "name the next state, or add \"End\": true", "neither Next nor End")
	}
	if end {
		r.ends()
	}
	if ok {
		r.n.next = next
		r.graph.to(r.n.name, r.o.path("Next"), next)
	}
}

func (r *stateReader) ends() { r.graph.ends = append(r.graph.ends, r.n.name) }

// paths reads InputPath and OutputPath.
func (r *stateReader) paths() {
	r.n.input = readPath(r.o, "InputPath", wholeInput, jsonpath.Parse)
	r.n.output = readPath(r.o, "OutputPath", wholeInput, jsonpath.Parse)
}

// result reads ResultPath and, except for a Pass, ResultSelector.
func (r *stateReader) result(selector bool) {
	r.n.placesResult = true
	r.n.resultPath = readResultPath(r.o)
	if !selector {
		return
	}
	if node, ok := r.o.get("ResultSelector"); ok {
		if _, isObject := node.(*object); !isObject {
			r.o.p.add(r.o.path("ResultSelector"), "want an object, not %s", jsonvalue.Kind(node))
			return
		}
		r.n.selector = readTemplate(node, r.o.path("ResultSelector"), r.o.p)
	}
}

func readResultPath(o *object) *jsonpath.Path {
	p := readPath(o, "ResultPath", wholeInput, jsonpath.ParseReference)
	if p != nil && p.OfContext() {
		o.p.add(o.path("ResultPath"), "the context object can't be changed")
	}
	return p
}

// readPath reads a path; null is none.
func readPath(o *object, name string, otherwise *jsonpath.Path, parse func(string) (*jsonpath.Path, error)) *jsonpath.Path {
	member, ok := o.get(name)
	if !ok {
		return otherwise
	}
	if member == nil {
		return nil
	}
	text, ok := member.(string)
	if !ok {
		o.p.add(o.path(name), "want a path or null, not %s", jsonvalue.Kind(member))
		return otherwise
	}
	p, err := parse(text)
	if err != nil {
		o.p.add(o.path(name), "%v", err)
		return otherwise
	}
	return p
}

// requiredPath reads a path that can't be null, or returns nil if it is
// missing.
func requiredPath(o *object, name string) *jsonpath.Path { return notNull(o, name, jsonpath.Parse) }

// requiredReference does the same for a reference path.
func requiredReference(o *object, name string) *jsonpath.Path {
	return notNull(o, name, jsonpath.ParseReference)
}

func notNull(o *object, name string, parse func(string) (*jsonpath.Path, error)) *jsonpath.Path {
	if member, ok := o.members[name]; ok && member == nil {
		o.get(name)
		o.p.add(o.path(name), "want a path, not null")
		return nil
	}
	return readPath(o, name, nil, parse)
}
