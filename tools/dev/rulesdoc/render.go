package main

import (
	"fmt"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// render makes the section of one macro of a .bzl file.
func render(file string, source []byte, name string) (string, error) {
	parsed, err := build.ParseBzl(file, source)
	if err != nil {
		return "", err
	}
	for _, statement := range parsed.Stmt {
		def, ok := statement.(*build.DefStmt)
		if !ok || def.Name != name {
			continue
		}
		if len(def.Body) == 0 {
			break
		}
		doc, ok := def.Body[0].(*build.StringExpr)
		if !ok {
			break
		}
		return section(def, dedent(doc.Value))
	}
	return "", fmt.Errorf("%s has no macro %s with a docstring", file, name)
}

func section(def *build.DefStmt, doc string) (string, error) {
	text, args, found := strings.Cut(doc, "\nArgs:\n")
	if !found {
		return "", fmt.Errorf("the docstring of %s has no Args", def.Name)
	}
	args, _, _ = strings.Cut(args, "\nReturns:\n")
	described := arguments(args)
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| attribute | default | |\n|---|---|---|\n", def.Name, strings.TrimSpace(text))
	for _, p := range def.Params {
		name, value := p, "required"
		if assign, ok := p.(*build.AssignExpr); ok {
			name, value = assign.LHS, "`"+build.FormatString(assign.RHS)+"`"
		}
		ident, ok := name.(*build.Ident)
		if !ok {
			return "", fmt.Errorf("%s has a parameter that is no plain name", def.Name)
		}
		if described[ident.Name] == "" {
			return "", fmt.Errorf("the docstring of %s doesn't describe %s", def.Name, ident.Name)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", ident.Name, value, described[ident.Name])
	}
	return b.String(), nil
}

// arguments parses the Args of a docstring: a name and a colon, with continuation
// lines indented further.
func arguments(args string) map[string]string {
	described := map[string]string{}
	var name string
	for line := range strings.Lines(args) {
		line = strings.TrimRight(line, "\n")
		if n, text, ok := strings.Cut(strings.TrimPrefix(line, "  "), ": "); ok && !strings.HasPrefix(n, " ") {
			name = n
			described[name] = text
		} else if strings.TrimSpace(line) != "" {
			described[name] += " " + strings.TrimSpace(line)
		}
	}
	return described
}

// dedent removes the four spaces of a function's body from the lines of its
// docstring.
func dedent(doc string) string {
	return strings.ReplaceAll(doc, "\n    ", "\n")
}
