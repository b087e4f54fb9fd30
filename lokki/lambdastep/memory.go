package lambdastep

import (
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
