package runner

import "context"

// keeper stores the results of a run's calls, and finds those that an earlier run
// with the same id stored. It knows the run's flow, id and fingerprints. A nil
// keeper means a run in memory only.
//
// The executor asks for the calls of a child from the last one backwards, and
// continues after the first that is found: earlier calls, including maps with all
// their children, are not asked for. So a call may only be found if everything that
// its value was made from is still valid.
//
// The methods are called by many goroutines at once.
type keeper interface {
	// find returns the stored values of a call, one for each item of its batch,
	// or nil.
	find(ctx context.Context, c call) (values [][]byte, err error)

	// keep stores the values that a call returned, one for each item. They must
	// not be changed, but may be retained. An error fails the attempt: unless it
	// already has a type of lokki's, it becomes failure.Storage, and is retried
	// as such.
	keep(ctx context.Context, c call, values [][]byte) error
}

// call identifies one call of a step, which is for one child of the innermost map.
type call struct {
	node  int   // index in the graph
	path  []int // the index of the child's first item in each map around the step, outermost first; must not be retained
	items int   // number of items in the batch; 1 outside maps
	split int   // how many items one child takes, if the value is a list that the next map takes; otherwise 0
}
