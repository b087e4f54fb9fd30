// A program as lokki_step makes it.
package main

import (
	"github.com/lokki-build/lokki/internal/testflows"
	"github.com/lokki-build/lokki/lokki/entrypoint/stepcode"
)

func main() { stepcode.Hold(testflows.FlapBird) }
