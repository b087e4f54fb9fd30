package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const module = "github.com/lokki-build/lokki/"

// read returns the imports between packages of the module, in all files, whatever they
// are built for.
func read(root fs.FS) (all []imported, err error) {
	files := 0
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && skipped(root, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		files++
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			whole, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if pkg, ok := strings.CutPrefix(whole, module); ok {
				p := set.Position(spec.Pos())
				all = append(all, imported{fmt.Sprintf("%s:%d", name, p.Line), pkg})
			}
		}
		return nil
	})
	if err == nil && files == 0 {
		err = fmt.Errorf("no Go files")
	}
	return all, err
}

// skipped reports a folder that is not of the module, or that go build ignores.
func skipped(root fs.FS, name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(root, name+"/go.mod")
	return err == nil
}
