// Package lambda is the program in a step's image:
//
//	func main() { lambda.Start(birds.FlapBird) }
package lambda

import (
	"context"

	"github.com/lokki-build/lokki/internal/lambdastep"
)

// Start serves invocations of the step and does not return.
func Start[In, Out any](step func(context.Context, In) (Out, error)) {
	lambdastep.Start(step)
}
