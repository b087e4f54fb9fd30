// Package stepcode makes a program of one step that is never run: what the
// linker keeps is the step's code and everything it reaches. The program's hash
// tells the local run whether a stored output is still valid for the step.
package stepcode

import (
	"context"
	"runtime"

	"github.com/lokki-build/lokki/internal/step"
)

// Hold keeps the linker from removing the step f and the codec's code for its types.
func Hold[In, Out any](f func(context.Context, In) (Out, error)) {
	runtime.KeepAlive(step.Of(f))
}
