// Package stepcode makes a program of one step that is never run: what the
// linker leaves in it is the step's code, and all that it reaches. Its hash
// tells the local run whether a stored output is still that of the step.
package stepcode

import (
	"context"
	"runtime"

	"github.com/lokki-build/lokki/internal/chain"
)

// Hold keeps the linker from leaving a step out, and its types' way through the codec.
func Hold[In, Out any](step func(context.Context, In) (Out, error)) {
	runtime.KeepAlive(chain.Adapt(step))
}
