// A program as lokki_step makes it.
package main

import (
	"github.com/lokki-build/lokki/lokki/entrypoint/stepcode"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func main() { stepcode.Hold(lokkitest.FlapBird) }
