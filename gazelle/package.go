package gazelle

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const lokkiPath = "github.com/lokki-build/lokki/lokki"

// goPackage is the Go code of a folder.
type goPackage struct {
	path string // its import path, or "" for the package whose flows are read
	rel  string // the folder, relative to the repository's root
	name string
	fset *token.FileSet
	// files are those that a step's build for Linux takes.
	files     []*ast.File
	functions map[string]*ast.FuncDecl // at the top level of files
	// declared also has the functions of files for other systems or with build
	// tags: they exist, whatever can be told about them.
	declared map[string]bool
	aliases  map[string]ast.Expr         // types that are another name for a type
	uses     map[*ast.Ident]types.Object // what identifiers declare or refer to
	// usesLokki: does a file import package lokki?
	usesLokki bool
}

// readPackage parses the Go files with these names, except tests, and resolves
// the identifiers in them.
func readPackage(root, rel string, names []string) (*goPackage, error) {
	p := &goPackage{
		rel: rel, fset: token.NewFileSet(),
		functions: map[string]*ast.FuncDecl{}, declared: map[string]bool{}, aliases: map[string]ast.Expr{},
	}
	dir := filepath.Join(root, filepath.FromSlash(rel))
	for _, name := range names {
		if !isSource(name) {
			continue
		}
		file, err := parser.ParseFile(p.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		built := isBuilt(dir, name)
		if built && p.name == "" {
			p.name = file.Name.Name
		}
		p.add(file, built && file.Name.Name == p.name)
	}
	p.resolve()
	return p, nil
}

func isSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.ContainsAny(name[:1], "_.") && !strings.Contains(name, "/")
}

// isBuilt: does a build of a step take the file on one of Lambda's architectures?
func isBuilt(dir, name string) bool {
	for _, arch := range []string{"amd64", "arm64"} {
		linux := build.Default
		linux.GOOS, linux.GOARCH, linux.CgoEnabled = "linux", arch, false
		if ok, err := linux.MatchFile(dir, name); ok && err == nil {
			return true
		}
	}
	return false
}

func (p *goPackage) add(file *ast.File, built bool) {
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv != nil {
				continue
			}
			p.declared[decl.Name.Name] = true
			if built {
				p.functions[decl.Name.Name] = decl
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && built && t.Assign.IsValid() {
					p.aliases[t.Name.Name] = t.Type
				}
			}
		}
	}
	if built {
		p.files = append(p.files, file)
		p.usesLokki = p.usesLokki || importsLokki(file)
	}
}

func importsLokki(file *ast.File) bool {
	for _, i := range file.Imports {
		if path, err := strconv.Unquote(i.Path.Value); err == nil && path == lokkiPath {
			return true
		}
	}
	return false
}

// noImporter makes the type checker stand in for each imported package. That is
// enough to tell packages, functions and variables of the same name apart.
type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.New("not read") }

func (p *goPackage) resolve() {
	p.uses = map[*ast.Ident]types.Object{}
	checker := types.Config{Importer: noImporter{}, Error: func(error) {}, FakeImportC: true}
	// Without imports there are errors; what can be resolved is resolved all the same.
	_, _ = checker.Check("source", p.fset, p.files, &types.Info{Uses: p.uses, Defs: p.uses})
}

// imported splits an expression such as lokki.Start into the import path and the
// name. Names of a dot import of lokki are found as well.
func (p *goPackage) imported(e ast.Expr) (path, name string, ok bool) {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if id, isIdent := e.X.(*ast.Ident); isIdent {
			if path := p.importedAs(id); path != "" {
				return path, e.Sel.Name, true
			}
		}
	case *ast.Ident:
		if p.uses[e] == nil && p.dotImportsLokki(e) {
			return lokkiPath, e.Name, true
		}
	}
	return "", "", false
}

// importedAs returns the import path of the package that an identifier names.
func (p *goPackage) importedAs(id *ast.Ident) string {
	if object, ok := p.uses[id]; ok {
		if pkg, isPackage := object.(*types.PkgName); isPackage {
			return pkg.Imported().Path()
		}
		return ""
	}
	// The checker skips the type arguments of types that it doesn't know.
	for _, i := range p.importsAt(id) {
		importPath, err := strconv.Unquote(i.Path.Value)
		if err == nil && (i.Name != nil && i.Name.Name == id.Name || i.Name == nil && path.Base(importPath) == id.Name) {
			return importPath
		}
	}
	return ""
}

func (p *goPackage) dotImportsLokki(id *ast.Ident) bool {
	return ast.IsExported(id.Name) && !p.declared[id.Name] && slices.ContainsFunc(p.importsAt(id), func(i *ast.ImportSpec) bool {
		return i.Name != nil && i.Name.Name == "." && i.Path.Value == strconv.Quote(lokkiPath)
	})
}

// importsAt returns the imports of the file that has a node.
func (p *goPackage) importsAt(n ast.Node) []*ast.ImportSpec {
	for _, file := range p.files {
		if file.FileStart <= n.Pos() && n.Pos() <= file.FileEnd {
			return file.Imports
		}
	}
	return nil
}
