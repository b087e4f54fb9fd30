package lambdastep

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// memoryForCPU is the memory, in MB, that gives a Lambda one full CPU; the CPU time of
// others is proportional (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
const memoryForCPU = 1769

// tuneRuntime adapts Go's runtime to the size of the Lambda, which it can't detect itself.
// GOMEMLIMIT and GOMAXPROCS take precedence.
func tuneRuntime() {
	mb, err := strconv.Atoi(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || mb <= 0 {
		return
	}
	// The garbage collector lets the heap grow to twice the memory in use, unless it
	// knows a limit. A tenth is left for memory outside the heap.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(mb) << 20 / 10 * 9)
	}
	// Each Lambda sees two CPUs or more, and is paused when it has used its share of
	// them: more threads than that only wake each other.
	if cpus := (mb + memoryForCPU - 1) / memoryForCPU; os.Getenv("GOMAXPROCS") == "" && cpus < runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(cpus)
	}
}
