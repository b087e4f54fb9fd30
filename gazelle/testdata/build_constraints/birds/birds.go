package birds

import (
	"github.com/lokki-build/lokki/lokki"
)

func BirdsFlow() lokki.Flow[string] {
	birds := lokki.Start(GetBirds, "3")
	return lokki.Then(birds, JoinBirds)
}
