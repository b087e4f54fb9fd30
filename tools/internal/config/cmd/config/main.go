// Command config prints a flow's settings and where each comes from: those in the
// file beside it that has its name and .json, as <flow>_config.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
)

func main() {
	var asJSON bool
	cli.Tool{
		Name: "config",
		Flags: func(fs *flag.FlagSet) {
			fs.BoolVar(&asJSON, "json", false, "print JSON")
		},
		Run: func(stderr io.Writer) error {
			for _, note := range notes(os.Environ()) {
				fmt.Fprintln(stderr, "note: "+note)
			}
			return print(os.Stdout, os.Args[0]+".json", asJSON)
		},
	}.Main()
}

func print(w io.Writer, path string, asJSON bool) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the settings: %w", err)
	}
	if asJSON {
		_, err := w.Write(data)
		return err
	}
	settings, err := config.DecodeSettings(data)
	if err != nil {
		return err
	}
	return config.PrintSettings(w, settings)
}

// notes names variables that are set and resemble a field's: the build reads
// only those that it knows.
func notes(environ []string) []string {
	var all []string
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if near := config.Near(name); strings.HasPrefix(name, "LOKKI_") && near != "" && near != name {
			all = append(all, fmt.Sprintf("%s is set but belongs to no field; did you mean %s?", name, near))
		}
	}
	return all
}
