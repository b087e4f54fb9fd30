// Package progress shows how a run of a flow goes on: live on a terminal, as
// plain lines, or as JSON events, and at its end as a table of steps. It draws
// what it is told and knows nothing of who runs the steps.
package progress

import "time"

// Step is where one step of the flow stands at some moment.
type Step struct {
	Name  string   // as in "flap-bird"
	Scope []string // names of the maps around it, outermost first

	Total   int64 // calls that are known to come, done ones included; grows as lists become known
	Running int64
	Done    int64 // calls that returned a result, those found from an earlier run included
	Found   int64 // of Done: calls whose result an earlier run had stored
	Failed  int64 // calls that failed for good, and the run with them

	// Tolerated are calls that failed for good in a map that tolerates so many. Should
	// it be one too many, all of them become Failed.
	Tolerated int64

	Retried int64 // tries after the first one
	Through bool  // nothing more will come

	First, Last time.Time     // begin of the first call, end of the last; zero before
	Busy        time.Duration // sum of all calls
	Median, Max time.Duration // of one call; the median may be estimated from a histogram
	Slowest     []int         // index path of the call that took Max
	In, Out     int64         // bytes of arguments and results, as JSON
}
