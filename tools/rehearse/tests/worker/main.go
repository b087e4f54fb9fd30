// Command worker is the program in the images of the tests' flows: the function
// that TREES_STEP names. It exits at once if it isn't run as its image says.
package main

import (
	"log"
	"os"

	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] != "serve" {
		log.Fatalf("called with %q", os.Args)
	}
	if _, err := os.ReadFile(os.Getenv("NOTES")); err != nil {
		log.Fatalf("reading a file of the base image in its working folder: %v", err)
	}
	trees.Serve(os.Getenv("TREES_STEP"))
}
