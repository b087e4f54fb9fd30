package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/ship/bundle"
)

func bundleVerb() cli.Tool {
	var f bundleFlags
	f.contents.Files = map[string]string{}
	return cli.Tool{
		Name: "bundle",
		Does: "packs the deployment program of a flow with everything that it needs",
		Flags: func(fs *flag.FlagSet) {
			fs.StringVar(&f.contents.Program, "program", "", "the program")
			fs.StringVar(&f.contents.Name, "name", "", "name of the program in the bundle, birds_aws")
			fs.StringVar(&f.contents.Folder, "folder", "", "the folder that the bundle unpacks to")
			fs.Func("file", "`name=path`: a file of the bundle", func(arg string) error {
				name, path, ok := strings.Cut(arg, "=")
				if !ok {
					return errors.New("want a name and a path, as in birds.template.yaml=path")
				}
				f.contents.Files[name] = path
				return nil
			})
			fs.Func("layout", "`target=path`: the image of a step, a folder in OCI layout", func(arg string) error {
				_, path, _ := strings.Cut(arg, "=")
				f.contents.Layouts = append(f.contents.Layouts, filepath.Clean(path))
				return nil
			})
			fs.StringVar(&f.out, "out", "", "the bundle to write, a .tar.gz file")
		},
		Needs: []string{"program", "name", "folder", "out"},
		Run:   f.run,
	}
}

type bundleFlags struct {
	contents bundle.Contents
	out      string
}

func (f *bundleFlags) run(io.Writer) (err error) {
	w, err := os.Create(f.out)
	if err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return f.contents.Write(w)
}
