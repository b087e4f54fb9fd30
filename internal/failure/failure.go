// Package failure has what a step's Lambda and the state machine agree on about
// errors: the types by which Retry tells those worth trying again from those
// that are not.
package failure

// Error types, as they stand in ErrorEquals.
const (
	Permanent = "Lokki.Permanent" // the step said that it would fail again
	Transient = "Lokki.Transient" // the step said that it may succeed the next time
	Storage   = "Lokki.Storage"   // values could not be read or written, as in an outage
)

// Marked is an error whose step said what kind it is. It reads like the error
// it marks.
type Marked struct {
	Type string // Permanent or Transient
	Err  error
}

func (m *Marked) Error() string { return m.Err.Error() }

// Unwrap returns the error as it was before it was marked.
func (m *Marked) Unwrap() error { return m.Err }
