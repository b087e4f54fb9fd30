// Command layer makes the layer of a step's image from the step's binary.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/lokki-build/lokki/tools/internal/layer"
	"github.com/lokki-build/lokki/tools/internal/program"
)

func main() {
	binary := flag.String("binary", "", "the step's binary")
	path := flag.String("path", "", "absolute path of the binary in the image")
	out := flag.String("out", "", "the layer to write, a .tar.gz file")
	flag.Parse()
	if err := run(*binary, *path, *out); err != nil {
		fmt.Fprintln(os.Stderr, "layer: error:", err)
		os.Exit(1)
	}
}

func run(binary, path, out string) (err error) {
	content, err := program.Read(binary)
	if err != nil {
		return err
	}
	w, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return layer.Write(w, path, content)
}
