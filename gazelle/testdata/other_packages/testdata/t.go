package t

import (
	"example.com/mono/a"
	"github.com/lokki-build/lokki/lokki"
)

func TFlow() lokki.Flow[string] { return lokki.Start(a.Unused, "") }
