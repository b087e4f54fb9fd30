package z

import (
	"example.com/mono/a"
	"github.com/lokki-build/lokki/lokki"
)

func ZFlow() lokki.Flow[string] { return lokki.Start(a.List, "") }
