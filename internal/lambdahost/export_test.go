package lambdahost

import "time"

// SetInitLimit changes how long a program may take to start, until restore is called.
func SetInitLimit(d time.Duration) (restore func()) {
	before := initLimit
	initLimit = d
	return func() { initLimit = before }
}
