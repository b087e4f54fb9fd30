// Package failure has what steps, the state machine and the local run share
// about errors: the types by which a Retry distinguishes them.
package failure

import (
	"errors"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// Error types of lokki itself, as used in ErrorEquals. A step's own errors have
// the names of their Go types (see [Type]).
const (
	Permanent = "Lokki.Permanent" // the step said that it would fail again
	Transient = "Lokki.Transient" // the step said that it may succeed next time
	Storage   = "Lokki.Storage"   // values could not be read or written, as in an outage

	Request       = "Lokki.InvalidRequest" // the state machine and the step do not fit together
	Configuration = "Lokki.Configuration"  // the environment, the bucket or the role is wrong
	Input         = "Lokki.InvalidInput"   // the execution's input does not fit the step's type
	Missing       = "Lokki.MissingValue"   // the value that a step takes is missing
	Encoding      = "Lokki.Encoding"       // the result can't be stored
	Decoding      = "Lokki.Decoding"       // the stored value does not fit the argument's type
	Panic         = "Lokki.Panic"          // the step panicked
)

// Error types of AWS that lokki's retries name.
const (
	Any          = awslimits.AnyError        // every error except those that can't be retried
	StateTimeout = awslimits.Timeout         // a state took longer than its TimeoutSeconds
	StepTimeout  = awslimits.SandboxTimedout // a Lambda took longer than its timeout; also reported for a step's own limit

	Threshold = awslimits.Threshold // more children of a map failed than it tolerates
)

// Marked is an error that its step marked as permanent or transient. It has the
// text of the error that it marks.
type Marked struct {
	Type string // Permanent or Transient
	Err  error
}

func (m *Marked) Error() string { return m.Err.Error() }

// Unwrap returns the error without its mark.
func (m *Marked) Unwrap() error { return m.Err }

// Named is an error of lokki itself, whose type is not the name of a Go type.
type Named struct {
	Type string // one of the constants above
	Err  error
}

// Goexit is the error of a step that ended its goroutine. Its type is that of a
// panic: it is a mistake in the step's code.
var Goexit = Name(Panic, errors.New("it ended its goroutine (runtime.Goexit, or Fatal of a test) instead of returning"))

// Name gives an error a type. Name of nil is nil.
func Name(kind string, err error) error {
	if err == nil {
		return nil
	}
	return &Named{kind, err}
}

func (n *Named) Error() string { return n.Err.Error() }

// Unwrap returns the error without its name.
func (n *Named) Unwrap() error { return n.Err }
