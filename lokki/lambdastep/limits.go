package lambdastep

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

// memoryForCPU is the size, in MB, of a Lambda that gets the time of one CPU; others get
// theirs in proportion (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
const memoryForCPU = 1769

// fit makes Go's runtime heed the size of the Lambda, which it can't tell by
// itself. GOMEMLIMIT and GOMAXPROCS take precedence.
func fit() {
	mb, err := strconv.Atoi(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
	if err != nil || mb <= 0 {
		return
	}
	// The garbage collector lets the heap grow to twice what is in use, unless it
	// knows where memory ends. A tenth is left for what is not the heap's.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(mb) << 20 / 10 * 9)
	}
	// Each Lambda sees two CPUs or more, and is paused when it has used its time of
	// them: more threads than that is worth only wake each other.
	if cpus := (mb + memoryForCPU - 1) / memoryForCPU; os.Getenv("GOMAXPROCS") == "" && cpus < runtime.GOMAXPROCS(0) {
		runtime.GOMAXPROCS(cpus)
	}
}
