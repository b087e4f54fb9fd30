package birds

import (
	"github.com/lokki-build/lokki/lokki"
)

func DarwinFlow() lokki.Flow[string] { return lokki.Start(GetBirds, "") }
