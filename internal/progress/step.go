// Package progress shows the progress of a run: live on a terminal, as plain
// lines, or as JSON events, and at its end as a table of steps. It knows
// nothing of how the steps are run.
package progress

import "time"

// Step is a snapshot of one step of the flow.
type Step struct {
	Name  string   // as in "flap-bird"
	Scope []string // names of the maps around it, outermost first

	Total   int64 // expected calls, including finished ones; grows as lists become known
	Running int64
	Done    int64 // calls that returned a result, including those of an earlier run
	Found   int64 // of Done: calls whose result an earlier run had stored
	Failed  int64 // calls that failed for good, and failed the run

	// Tolerated are calls that failed for good in a map that tolerates as many. If
	// there is one too many, all of them become Failed.
	Tolerated int64

	Retried int64 // attempts after the first
	Through bool  // nothing more will come

	First, Last time.Time     // start of the first call, end of the last; zero before
	Busy        time.Duration // sum of all calls
	Median, Max time.Duration // of one call; the median may be estimated from a histogram
	Slowest     []int         // index path of the call that took Max
	In, Out     int64         // bytes of arguments and results, as JSON
}
