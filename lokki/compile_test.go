package lokki_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// The type checker gets this package's own source, and this much of context.
// So the test needs neither the go command nor the sources of the standard
// library, which Bazel's sandbox lacks. All other imports stay unknown: none of
// their types is in the signatures.
const contextSource = `package context

type Context interface{ Err() error; Value(key any) any }
`

type sources struct {
	fset  *token.FileSet
	known map[string]*types.Package
}

var errUnknown = errors.New("not known to this test")

func (s sources) Import(path string) (*types.Package, error) {
	if p := s.known[path]; p != nil {
		return p, nil
	}
	return nil, errUnknown
}

// check type-checks files as a package and returns the errors, except those
// about unknown imports.
func (s sources) check(path string, files []*ast.File) []types.Error {
	var found []types.Error
	conf := types.Config{
		Importer: s,
		Error: func(err error) {
			if e := new(types.Error); errors.As(err, e) && !strings.Contains(e.Msg, errUnknown.Error()) {
				found = append(found, *e)
			}
		},
	}
	s.known[path], _ = conf.Check(path, s.fset, files, nil) // the errors went to conf.Error
	return found
}

func (s sources) parse(t *testing.T, name string, src any) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(s.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestCompile type-checks correct and incorrect flows.
func TestCompile(t *testing.T) {
	s := sources{token.NewFileSet(), map[string]*types.Package{}}
	s.check("context", []*ast.File{s.parse(t, "context.go", contextSource)})
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var own []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			own = append(own, s.parse(t, name, nil))
		}
	}
	if len(own) < 2 {
		t.Fatalf("found %d files of package lokki in the working directory: are they data of the test?", len(own))
	}
	if errs := s.check("github.com/lokki-build/lokki/lokki", own); len(errs) > 0 {
		t.Fatalf("package lokki: %v", errs)
	}
	data, err := os.ReadFile(filepath.Join("testdata", "compile.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, f := range txtar.Parse(data).Files {
		files = append(files, s.parse(t, f.Name, f.Data))
	}
	compare(t, s.check("flows", files), s.wants(t, files), s.fset)
}

type want struct {
	file string
	line int
	text string
}

// wants lists the comments that say which errors to expect.
func (s sources) wants(t *testing.T, files []*ast.File) []want {
	t.Helper()
	var all []want
	for _, f := range files {
		for _, group := range f.Comments {
			for _, c := range group.List {
				quoted, ok := strings.CutPrefix(c.Text, "// want ")
				if !ok {
					continue
				}
				text, err := strconv.Unquote(quoted)
				if err != nil {
					t.Fatalf("%s: %v", c.Text, err)
				}
				at := s.fset.Position(c.Pos())
				all = append(all, want{at.Filename, at.Line, text})
			}
		}
	}
	return all
}

// compare matches found and expected errors one to one.
func compare(t *testing.T, found []types.Error, wants []want, fset *token.FileSet) {
	t.Helper()
	for _, e := range found {
		at := fset.Position(e.Pos)
		i := slices.IndexFunc(wants, func(w want) bool {
			return w.file == at.Filename && w.line == at.Line && strings.Contains(e.Msg, w.text)
		})
		if i < 0 {
			t.Errorf("%s:%d: unexpected: %s", at.Filename, at.Line, e.Msg)
			continue
		}
		t.Logf("%s:%d: %s", at.Filename, at.Line, e.Msg)
		wants = slices.Delete(wants, i, i+1)
	}
	for _, w := range wants {
		t.Errorf("%s:%d: compiles, want an error with %q", w.file, w.line, w.text)
	}
}
