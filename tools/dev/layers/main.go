// Layers checks that no package of the module imports one of a layer above it. The
// layers are listed in layers.txt, the lowest first.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
)

//go:embed layers.txt
var list string

func main() {
	root := flag.String("root", ".", "the project's `folder`")
	flag.Parse()
	imports, err := read(os.DirFS(*root))
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	problems := parse(list).check(imports)
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
}
