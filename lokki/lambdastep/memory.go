package lambdastep

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
)

// limitMemory makes the garbage collector work harder before a Lambda runs out
// of memory: by default it lets the heap grow to twice what is in use. A tenth
// is left for what is not the heap's. GOMEMLIMIT takes precedence.
func limitMemory() {
	mb, err := strconv.Atoi(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err == nil && mb > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(mb) << 20 / 10 * 9)
	}
}

// peakMemory is the most memory that the process had so far, in bytes, or 0
// where that can't be told. The kernel's ru_maxrss is no substitute: it begins
// with that of the process which started this one.
func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, peak, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	peak, _, _ = bytes.Cut(peak, []byte(" kB\n"))
	kb, err := strconv.ParseInt(string(bytes.TrimSpace(peak)), 10, 64)
	if err != nil {
		return 0
	}
	return kb << 10
}
