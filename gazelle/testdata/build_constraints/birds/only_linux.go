package birds

import (
	"github.com/lokki-build/lokki/lokki"
)

func LinuxFlow() lokki.Flow[string] { return lokki.Start(GetBirds, "") }
