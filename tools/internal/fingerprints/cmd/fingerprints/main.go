// Command fingerprints writes the fingerprints of a flow's steps, which change
// with their code.
package main

import (
	"flag"
	"io"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/fingerprints"
)

func main() {
	var out string
	var steps []string
	cli.Tool{
		Name: "fingerprints",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&out, "out", "", "the file to write, birds.fingerprints.json")
			fs.Func("step", "`function=file` with the program that holds the function; once for each step", func(arg string) error {
				steps = append(steps, arg)
				return nil
			})
		},
		Needs: []string{"out"},
		Run: func(io.Writer) error {
			all, err := fingerprints.New(steps)
			if err != nil {
				return err
			}
			data, err := all.Encode()
			if err != nil {
				return err
			}
			return cli.Write(out, data)
		},
	}.Main()
}
