package main

import (
	"errors"
	"flag"
	"io"
	"os"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/layer"
	"github.com/lokki-build/lokki/tools/internal/program"
)

func layerVerb() cli.Tool {
	var f layerFlags
	return cli.Tool{
		Name: "layer",
		Does: "packs a step's binary as the layer of its image",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&f.binary, "binary", "", "the step's binary")
			fs.StringVar(&f.path, "path", "", "absolute path of the binary in the image")
			fs.StringVar(&f.out, "out", "", "the layer to write, a .tar.gz file")
		},
		Needs: []string{"binary", "path", "out"},
		Run:   f.run,
	}
}

type layerFlags struct{ binary, path, out string }

func (f *layerFlags) run(io.Writer) (err error) {
	content, err := program.Read(f.binary)
	if err != nil {
		return err
	}
	w, err := os.Create(f.out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return layer.Write(w, f.path, content)
}
