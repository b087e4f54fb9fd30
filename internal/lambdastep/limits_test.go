package lambdastep

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestTuneRuntime(t *testing.T) {
	procs, limit := runtime.GOMAXPROCS(0), debug.SetMemoryLimit(-1)
	defer func() {
		runtime.GOMAXPROCS(procs)
		debug.SetMemoryLimit(limit)
	}()
	for _, c := range []struct {
		name, memory         string // AWS_LAMBDA_FUNCTION_MEMORY_SIZE
		goMaxProcs, memLimit string // what the user set
		procs                int
		limit                int64
	}{
		{"the least", "128", "", "", 1, 128 << 20 / 10 * 9},
		{"all of one CPU", "1769", "", "", 1, 1769 << 20 / 10 * 9},
		{"a bit of another", "1770", "", "", 2, 1770 << 20 / 10 * 9},
		{"more CPUs than there are", "10240", "", "", 4, 10240 << 20 / 10 * 9},
		{"threads as the user wants them", "128", "3", "", 4, 128 << 20 / 10 * 9},
		{"memory as the user wants it", "128", "", "1GiB", 1, math.MaxInt64},
		{"no Lambda", "", "", "", 4, math.MaxInt64},
		{"no number", "-1", "", "", 4, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			runtime.GOMAXPROCS(4)
			debug.SetMemoryLimit(math.MaxInt64)
			t.Setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", c.memory)
			t.Setenv("GOMAXPROCS", c.goMaxProcs) // the runtime itself has read these earlier
			t.Setenv("GOMEMLIMIT", c.memLimit)
			tuneRuntime()
			if procs, limit := runtime.GOMAXPROCS(0), debug.SetMemoryLimit(-1); procs != c.procs || limit != c.limit {
				t.Errorf("got %d threads and %d bytes, want %d and %d", procs, limit, c.procs, c.limit)
			}
		})
	}
}
