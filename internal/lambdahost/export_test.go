package lambdahost

import "time"

// SetInitLimit changes how long a program may take to start, until restore is
// called.
func SetInitLimit(d time.Duration) (restore func()) {
	before := initLimit
	initLimit = d
	return func() { initLimit = before }
}

// SetTimeout changes the timeout of later invocations, until restore is called.
func SetTimeout(h *Host, d time.Duration) (restore func()) {
	before := h.config.Timeout
	h.config.Timeout = d
	return func() { h.config.Timeout = before }
}
