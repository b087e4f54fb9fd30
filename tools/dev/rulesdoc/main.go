// Command rulesdoc writes the reference of lokki's rules, docs/rules.md, from
// the macros' docstrings.
//
//	go -C tools/dev run ./rulesdoc -root ../.. [-check]
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// macros are the public ones, in the reference's order: file and name.
var macros = [][2]string{
	{"rules/private/step.bzl", "lokki_step"},
	{"rules/private/flow.bzl", "lokki_flow"},
	{"rules/private/schedule.bzl", "lokki_schedule"},
	{"rules/private/flow_test.bzl", "lokki_flow_test"},
}

const (
	output = "docs/rules.md"
	header = "# The rules\n\n```starlark\nload(\"@lokki//rules:defs.bzl\", \"lokki_flow\", \"lokki_flow_test\", \"lokki_schedule\", \"lokki_step\")\n```\n"
)

func main() {
	root := flag.String("root", ".", "the project's folder")
	check := flag.Bool("check", false, "fail if the reference would change, without writing it")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "rulesdoc: error:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	reference := bytes.NewBufferString(header)
	for _, m := range macros {
		source, err := os.ReadFile(filepath.Join(root, m[0]))
		if err != nil {
			return err
		}
		text, err := render(m[0], source, m[1])
		if err != nil {
			return err
		}
		reference.WriteString(text)
	}
	path := filepath.Join(root, output)
	if !check {
		return os.WriteFile(path, reference.Bytes(), 0o644)
	}
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, reference.Bytes()) {
		return errors.New(output + " is not what the rules' docstrings say")
	}
	return nil
}
