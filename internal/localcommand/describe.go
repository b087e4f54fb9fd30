package localcommand

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/picture"
	"github.com/lokki-build/lokki/internal/plan"
)

// describe is the command "birds_local describe": it draws the flow without
// running it.
func (c command) describe(args []string, p *plan.Plan) int {
	flags := flag.NewFlagSet(c.name+" describe", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // as in parse
	format := flags.String("format", "text", "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(c.stdout, `Draws the flow %s, and runs nothing.

usage: %s describe [--format text|mermaid]

  --format text     steps, types, options and positions, for a terminal
  --format mermaid  a Mermaid flowchart, for a page of Markdown
`, p.Graph.Flow, c.call())
		return exitDone
	case err == nil && flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case err == nil && *format != "text" && *format != "mermaid":
		err = fmt.Errorf("--format %s: want text or mermaid", *format)
	}
	if err != nil {
		c.complain("error: %v\nhint: %s describe --help lists the flags\n", err, c.call())
		return exitUsage
	}
	drawing := picture.Text(p)
	if *format == "mermaid" {
		drawing = picture.Mermaid(p)
	}
	if _, err := io.WriteString(c.stdout, drawing); err != nil {
		c.complain("error: writing the drawing: %v\n", err)
		return exitFailed
	}
	return exitDone
}
