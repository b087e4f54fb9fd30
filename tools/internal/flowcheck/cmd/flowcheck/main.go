// Command flowcheck is the program of a lokki_flow_test, and of its update.
// LOKKI_FLOW_CASE names the file with its case; its arguments go to the flow's
// program.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/lokki-build/lokki/tools/internal/flowcheck"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	data, err := os.ReadFile(os.Getenv("LOKKI_FLOW_CASE"))
	if err != nil {
		return fmt.Errorf("reading the case of LOKKI_FLOW_CASE: %w", err)
	}
	c, err := flowcheck.DecodeCase(data)
	if err != nil {
		return err
	}
	outcome, err := c.Run(context.Background(), args)
	if err != nil {
		return err
	}
	if !c.Update {
		return c.Check(outcome)
	}
	path, err := c.Save(outcome, os.Getenv("BUILD_WORKSPACE_DIRECTORY"))
	if err == nil {
		fmt.Println("saved", path)
	}
	return err
}
