package flows

import (
	"example.com/mono/a"
	"github.com/lokki-build/lokki/lokki"
)

func ListFlow() lokki.Flow[string] { return lokki.Start(a.List, "") }
