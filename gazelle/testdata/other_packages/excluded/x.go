package x

import (
	"example.com/mono/a"
	"github.com/lokki-build/lokki/lokki"
)

func XFlow() lokki.Flow[string] { return lokki.Start(a.Unused, "") }
