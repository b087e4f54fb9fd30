// Command worker is the program in the images of the tests' flows: the function
// that TREES_STEP names.
package main

import (
	"os"

	"github.com/lokki-build/lokki/rehearse/tests/trees"
)

func main() { trees.Serve(os.Getenv("TREES_STEP")) }
