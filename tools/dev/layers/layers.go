package main

import (
	"fmt"
	"path"
	"strings"
)

// layers are the folders of each layer, the lowest first. A package belongs to the
// nearest folder around it.
type layers [][]string

// parse reads a list with a layer on each line, and comments.
func parse(text string) (l layers) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if folders := strings.Fields(line); len(folders) > 0 {
			l = append(l, folders)
		}
	}
	return l
}

// of returns the layer of a package, counted from the lowest; -1 if there is none.
func (l layers) of(pkg string) int {
	layer, nearest := -1, ""
	for i, folders := range l {
		for _, folder := range folders {
			if (pkg == folder || under(folder, pkg)) && len(folder) > len(nearest) {
				layer, nearest = i, folder
			}
		}
	}
	return layer
}

// imported is one import of another package of the module.
type imported struct {
	position string // "runner/runner.go:12"
	path     string // the package, without the module's path
}

// check returns what is wrong with the imports, a text for each.
func (l layers) check(imports []imported) (problems []string) {
	report := func(i imported, what, hint string) {
		problems = append(problems, fmt.Sprintf("%s: %s\nhint: %s", i.position, what, hint))
	}
	unknown := map[string]bool{} // reported only once
	noLayer := func(i imported, pkg string) {
		if !unknown[pkg] {
			report(i, pkg+" is in no layer", "add it to tools/dev/layers/layers.txt, above all that it imports")
		}
		unknown[pkg] = true
	}
	for _, i := range imports {
		file, _, _ := strings.Cut(i.position, ":")
		from := path.Dir(file)
		test := strings.HasSuffix(file, "_test.go")
		switch mine, others := l.of(from), l.of(i.path); {
		case mine < 0:
			noLayer(i, from)
		case others < 0:
			noLayer(i, i.path)
		case test && strings.HasPrefix(path.Base(file), "example"): // shows how packages are used together
		case test && under(from, i.path): // such as lokki/lokkitest
		case others > mine:
			report(i, fmt.Sprintf("%s imports %s, which is above it", from, i.path), "move what it needs down, or this code up")
		case !test && under("internal", from) && !under("internal", i.path):
			report(i, fmt.Sprintf("%s imports %s, which is public", from, i.path), "move what it needs into an internal package")
		}
	}
	return problems
}

func under(folder, pkg string) bool { return strings.HasPrefix(pkg, folder+"/") }
