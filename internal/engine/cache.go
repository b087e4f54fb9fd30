package engine

import "context"

// ResultCache stores the results of a run's calls, and finds those that an earlier
// run stored.
//
// A run gets the calls of a child from the last one backwards, and continues after
// the first that is found: earlier calls, including maps with all their children,
// are not looked up. So a call may only be found if everything that its value was
// made from is still valid.
//
// The methods are called by many goroutines at once.
type ResultCache interface {
	// Get returns the stored values of a call, one for each item of its batch,
	// or nil.
	Get(ctx context.Context, c Call) (values [][]byte, err error)

	// Put stores the values that a call returned, one for each item. They must
	// not be changed, but may be retained. An error fails the attempt: unless it
	// already has a type of lokki's, it becomes failure.Storage, and is retried
	// as such.
	Put(ctx context.Context, c Call, values [][]byte) error
}

// Call identifies one call of a step, which is for one child of the innermost map.
type Call struct {
	Node  int   // index in the graph
	Path  []int // the index of the child's first item in each map around the step, outermost first; must not be retained
	Items int   // number of items in the batch; 1 outside maps
	Split int   // how many items one child takes, if the value is a list that the next map takes; otherwise 0
}
