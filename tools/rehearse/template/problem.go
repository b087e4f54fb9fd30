package template

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/suggest"
)

// place is a position in the template.
type place struct{ line, column int }

func at(n *yaml.Node) place { return place{n.Line, n.Column} }

// in is the position in a file; the zero place is the whole file.
func (p place) in(name string) string {
	if p == (place{}) {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, p.line, p.column)
}

type problem struct {
	at         place
	what, hint string
}

// problems are all problems found. A problem of something used twice may be in
// it twice.
type problems []problem

func (p problems) err(name string) error {
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.column, b.at.column))
	})
	var all []error
	for i, one := range sorted {
		if !slices.Contains(sorted[:i], one) {
			all = append(all, graph.Problem{Position: one.at.in(name), What: one.what, Hint: one.hint})
		}
	}
	return errors.Join(all...)
}

func wrong(at place, format string, args ...any) problems {
	return problems{{at: at, what: fmt.Sprintf(format, args...)}}
}

// meant is a hint with the name that was probably meant.
func meant(got string, names []string) string {
	if near := suggest.Name(got, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	const few = 12
	if len(names) == 0 || len(names) > few {
		return ""
	}
	return "there are " + strings.Join(names, ", ")
}
