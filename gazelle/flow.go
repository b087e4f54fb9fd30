package gazelle

import (
	"fmt"
	"go/ast"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"sort"
)

// stepFunction is a function that a flow uses as a step.
type stepFunction struct {
	path     string // import path, or "" for the flow's own package
	function string
}

// problem is what can't be told about a flow, with what to do.
type problem struct{ what, hint string }

// flow is a flow function and its steps, in the order of their first use.
type flow struct {
	function string
	steps    []stepFunction
	problems []problem
}

// flows returns the package's flows in the order of their names.
func (p *goPackage) flows(s *sources) []flow {
	var found []flow
	for name, decl := range p.functions {
		if !p.isFlow(decl) {
			continue
		}
		r := reader{sources: s, flow: &flow{function: name}}
		r.read(p, decl, nil)
		found = append(found, *r.flow)
	}
	sort.Slice(found, func(i, j int) bool { return found[i].function < found[j].function })
	return found
}

// isFlow: is it an exported function without parameters that returns a lokki.Flow?
func (p *goPackage) isFlow(decl *ast.FuncDecl) bool {
	t := decl.Type
	return decl.Name.IsExported() && t.TypeParams == nil && t.Params.NumFields() == 0 && t.Results.NumFields() == 1 &&
		p.isFlowType(t.Results.List[0].Type, 0)
}

func (p *goPackage) isFlowType(t ast.Expr, depth int) bool {
	switch t := t.(type) {
	case *ast.IndexExpr: // lokki.Flow[T]
		from, name, ok := p.imported(t.X)
		if ok {
			return from == lokkiPath && name == "Flow"
		}
		return p.isFlowType(t.X, depth+1) // a generic alias
	case *ast.IndexListExpr: // lokki.Value[lokki.Top, T]
		from, name, _ := p.imported(t.X)
		scope, top, _ := p.imported(t.Indices[0])
		return from == lokkiPath && name == "Value" && scope == lokkiPath && top == "Top"
	case *ast.Ident:
		alias, ok := p.aliases[t.Name]
		return ok && depth < 10 && p.isFlowType(alias, depth+1)
	}
	return false
}

// stepArguments maps each verb to the position of its argument that is a step.
var stepArguments = map[string]int{"Start": 0, "Then": 1, "Map": 1, "Agg": 1}

// reader collects the steps of one flow. It follows calls of functions of the
// repository, with the functions that are passed to them.
type reader struct {
	sources *sources
	flow    *flow
	stack   []*ast.FuncDecl
}

// bindings are the functions that variables stand for; nil if that can't be told.
type bindings map[types.Object]*stepFunction

func (r *reader) read(p *goPackage, decl *ast.FuncDecl, bound bindings) {
	if decl.Body == nil || slices.Contains(r.stack, decl) {
		return
	}
	r.stack = append(r.stack, decl)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	if bound == nil {
		bound = bindings{}
	}
	p.bindVariables(decl.Body, bound)
	var open []ast.Node
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if n != nil {
			open = append(open, n)
			return true
		}
		// All within the node was seen: its arguments are evaluated before the call.
		if call, ok := open[len(open)-1].(*ast.CallExpr); ok {
			r.call(p, call, bound)
		}
		open = open[:len(open)-1]
		return true
	})
}

func (r *reader) call(p *goPackage, call *ast.CallExpr, bound bindings) {
	callee := withoutTypeArguments(call.Fun)
	from, name, isImported := p.imported(callee)
	if isImported && from == lokkiPath {
		if i, isVerb := stepArguments[name]; isVerb && i < len(call.Args) {
			r.step(p, call.Args[i], bound)
		}
		return
	}
	in, function := p, name
	if isImported {
		in = r.sources.packageOf(from, p.rel)
	} else if id, ok := callee.(*ast.Ident); ok && p.isFunction(id) {
		function = id.Name
	} else {
		return
	}
	if in == nil || !in.usesLokki || in.functions[function] == nil {
		return
	}
	decl := in.functions[function]
	r.read(in, decl, p.bindArguments(in, decl, call.Args, bound))
}

// step adds the function in a verb's argument.
func (r *reader) step(p *goPackage, e ast.Expr, bound bindings) {
	step := p.functionIn(e, bound)
	position := p.fset.Position(e.Pos())
	at := fmt.Sprintf("%s:%d: %s", path.Join(p.rel, filepath.Base(position.Filename)), position.Line, r.flow.function)
	switch {
	case step == nil:
		r.problem(at+": the function of this step can't be told from the source", "pass a named top-level function")
	case !ast.IsExported(step.function):
		r.problem(fmt.Sprintf("%s uses the step %s, which isn't exported", at, step.function), "begin its name with a capital letter")
	case step.path == p.path && p.functions[step.function] != nil && p.functions[step.function].Type.TypeParams != nil:
		r.problem(fmt.Sprintf("%s uses the step %s, which is generic", at, step.function), "use a function without type parameters that calls it")
	case !slices.Contains(r.flow.steps, *step):
		r.flow.steps = append(r.flow.steps, *step)
	}
}

func (r *reader) problem(what, hint string) {
	if p := (problem{what, hint}); !slices.Contains(r.flow.problems, p) {
		r.flow.problems = append(r.flow.problems, p)
	}
}

// isFunction: is it a function of this package? A name that nothing declares is
// taken for one, since the file may be generated.
func (p *goPackage) isFunction(id *ast.Ident) bool {
	object := p.uses[id]
	_, ok := object.(*types.Func)
	return ok || object == nil
}

// functionIn returns the function that an expression stands for, or nil.
func (p *goPackage) functionIn(e ast.Expr, bound bindings) *stepFunction {
	e = withoutTypeArguments(e)
	if from, name, ok := p.imported(e); ok {
		return &stepFunction{from, name}
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	if function, ok := bound[p.uses[id]]; ok && p.uses[id] != nil {
		return function
	}
	if p.isFunction(id) {
		return &stepFunction{p.path, id.Name}
	}
	return nil
}

func withoutTypeArguments(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return withoutTypeArguments(e.X)
	case *ast.IndexExpr:
		switch e.X.(type) {
		case *ast.Ident, *ast.SelectorExpr:
			return e.X
		}
	case *ast.IndexListExpr:
		return e.X
	}
	return e
}
