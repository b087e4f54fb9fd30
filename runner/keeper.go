package runner

import "context"

// keeper keeps what the calls of a run return, and finds what an earlier run
// of the same id kept. It knows the run: its flow, id and fingerprints. A nil
// keeper is a run in memory only.
//
// The executor asks for the calls of a child from the last one backwards, and
// goes on behind the first that is found: what comes before, maps and all their
// children included, is not asked for. What is found must therefore depend on
// all that its value was made from.
//
// The methods are called by many goroutines at once.
type keeper interface {
	// find returns the values that were kept of a call, one for each item of
	// its batch, or nil.
	find(ctx context.Context, c call) (values [][]byte, err error)

	// keep is given the values that a call returned, one for each item. They
	// must not be changed, and may be held on to. An error fails the try: it
	// is failure.Storage unless it has a type of lokki's already, and retried
	// as that.
	keep(ctx context.Context, c call, values [][]byte) error
}

// call names one call of a step: what one child of the innermost map hands to
// it, and gets.
type call struct {
	node  int   // index in the graph
	path  []int // the child's in each map around the step, by its first item, outermost first; the executor's own, so not to be held on to
	items int   // of the batch; 1 outside of maps
	split int   // how many items one child takes, if the value is a list that is mapped next; else 0
}
