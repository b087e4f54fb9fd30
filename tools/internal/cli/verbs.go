package cli

import (
	"fmt"
	"io"
	"strings"
)

// Verbs are the commands of one program, whose first argument names one.
type Verbs []Tool

// Main runs the verb that the process's arguments name and exits, as [Tool.Main] does.
func (v Verbs) Main(program string) {
	runMain(func(args []string, stderr io.Writer) int { return v.Exec(program, args, stderr) })
}

// Exec runs the verb that the first argument names and returns its exit code.
func (v Verbs) Exec(program string, args []string, stderr io.Writer) int {
	var name string
	if len(args) > 0 {
		name = args[0]
	}
	for _, verb := range v {
		if verb.Name == name {
			return verb.Exec(args[1:], stderr)
		}
	}
	code := 2
	if help := strings.TrimLeft(name, "-"); help == "help" || help == "h" {
		code = 0
	} else {
		fmt.Fprintf(stderr, "%s: %q is not a verb\n", program, name)
	}
	fmt.Fprintf(stderr, "usage: %s VERB FLAGS, where VERB is\n", program)
	for _, verb := range v {
		fmt.Fprintf(stderr, "  %-14s%s\n", verb.Name, verb.Does)
	}
	return code
}
