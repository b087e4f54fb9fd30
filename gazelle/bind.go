package gazelle

import (
	"go/ast"
	"go/token"
)

// bindVariables adds the functions that local variables stand for. A variable that
// is assigned more than once, as on a condition, stands for none.
func (p *goPackage) bindVariables(body *ast.BlockStmt, bound bindings) {
	bind := func(name ast.Expr, value ast.Expr) {
		id, ok := name.(*ast.Ident)
		if !ok || p.uses[id] == nil {
			return
		}
		if _, again := bound[p.uses[id]]; again || value == nil {
			bound[p.uses[id]] = nil
		} else {
			bound[p.uses[id]] = p.functionIn(value, bound)
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, name := range n.Lhs {
				var value ast.Expr
				if len(n.Lhs) == len(n.Rhs) && (n.Tok == token.DEFINE || n.Tok == token.ASSIGN) {
					value = n.Rhs[i]
				}
				bind(name, value)
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					bind(name, n.Values[i])
				}
			}
		case *ast.RangeStmt:
			bind(n.Key, nil)
			bind(n.Value, nil)
		}
		return true
	})
}

// bindArguments returns the functions that the parameters of a function of package
// in stand for, where package p calls it.
func (p *goPackage) bindArguments(in *goPackage, decl *ast.FuncDecl, args []ast.Expr, bound bindings) bindings {
	inside := bindings{}
	i := 0
	for _, field := range decl.Type.Params.List {
		for _, name := range field.Names {
			if object := in.uses[name]; object != nil && i < len(args) {
				inside[object] = p.functionIn(args[i], bound)
			}
			i++
		}
	}
	return inside
}
