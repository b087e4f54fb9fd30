package birds

import (
	"github.com/lokki-build/lokki/lokki"
)

func AmdFlow() lokki.Flow[string] { return lokki.Start(GetBirds, "") }
