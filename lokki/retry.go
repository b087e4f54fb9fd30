package lokki

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/graph"
)

// Backoff says how often and how fast a step is retried. The zero value is the
// default of Step Functions: 3 retries after 1, 2 and 4 seconds.
type Backoff struct {
	Interval time.Duration // before the first retry, in whole seconds; 0 is 1 second
	Rate     float64       // factor from each pause to the next, 1 or more; 0 is 2
	Attempts int           // maximum number of retries, after the first attempt; 0 is 3
	Cap      time.Duration // longest pause, in whole seconds and longer than Interval; 0 is no limit
	Jitter   bool          // makes each pause a random part of its length, so that many items don't retry at once
}

// Retry retries a step when it fails with an error of type E:
//
//	lokki.Map(birds, FlapBird, lokki.Retry[*Throttled](lokki.Backoff{Attempts: 5, Jitter: true}))
//
// An error is matched by the name of its type, wrapped or not: that is what the
// state machine sees. Of several types in one chain of wrapped errors the
// outermost counts. [TimedOut] matches a step that took too long, and error
// matches every error, including those of errors.New. A step may have several
// Retry options; Retry[error] is tried last.
//
// Whatever a step retries, errors marked by [Permanent] are not retried, and
// failures of Lambda, of the store of values, and those marked by [Transient]
// are, up to 6 times. A call that Lambda throttles because the account is at its
// concurrency limit is retried for hours, and a call whose function is not ready
// yet for minutes.
func Retry[E error](b Backoff) StepOption {
	t := reflect.TypeFor[E]()
	return stepOption(func(n *chain.Node) {
		names := errorNames(t)
		if names == nil {
			n.Refuse(fmt.Sprintf("Retry of %s, whose errors have no name in the state machine", t),
				"name the type of the error itself, as in Retry[*Throttled], or retry every error with Retry[error]")
			return
		}
		n.Options.Retry = append(n.Options.Retry, graph.Retry{
			Errors:   names,
			Interval: cmp.Or(seconds(n, "Backoff.Interval", b.Interval), 1),
			Rate:     cmp.Or(b.Rate, 2),
			Attempts: cmp.Or(b.Attempts, 3),
			Cap:      seconds(n, "Backoff.Cap", b.Cap),
			Jitter:   b.Jitter,
		})
	})
}

// errorNames returns the state machine's names for errors of a type; nil if it
// has none.
func errorNames(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[error]():
		return []string{failure.Any}
	case reflect.TypeFor[TimedOut]():
		return []string{failure.StateTimeout, failure.StepTimeout}
	}
	if name := failure.GoType(t); name != "" {
		return []string{name}
	}
	return nil
}

// Timeout limits one attempt of a step, in whole seconds up to 30 minutes. When it
// expires, the step's context is cancelled and the error is [TimedOut]. A step that
// still doesn't return is abandoned half a second later: on AWS its process ends, so
// that it can't run on into the next attempt; the local run continues without it.
//
// The limit covers the step alone: waiting for a Lambda, fetching the argument and
// storing the result don't count. In a batch it covers all items together. The
// step's Lambda gets a timeout that leaves room for all of this; if lokki_step sets
// one that doesn't, the build refuses it.
func Timeout(d time.Duration) StepOption {
	return stepOption(func(n *chain.Node) {
		n.Once("Timeout")
		n.Options.Timeout = seconds(n, "Timeout", d)
		if d <= 0 {
			n.Refuse(fmt.Sprintf("Timeout of %s", d), "give the seconds that one attempt may take, 1 or more")
		}
	})
}

// TimedOut is the error of a step that exceeded its Timeout. Its field After, a
// time.Duration, is that timeout.
type TimedOut = failure.TimedOut

// seconds refuses fractions of seconds, which Step Functions doesn't support.
func seconds(n *chain.Node, what string, d time.Duration) int {
	if d%time.Second != 0 {
		n.Refuse(fmt.Sprintf("%s is %s", what, d), "give whole seconds")
	}
	return int(d / time.Second)
}
