package lambdahost

import (
	"fmt"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// memoryCheck is how often a running program's memory is checked. A short peak
// between two checks is found at the end of the invocation.
const memoryCheck = 20 * time.Millisecond

// outOfMemory is how Lambda reports a function that exceeded its memory: its
// sandbox is killed.
func outOfMemory(used int64, limit int) *Failure {
	return &Failure{Type: awslimits.RuntimeExit,
		Message: fmt.Sprintf("the program was killed: it used %d MB of memory and has %d", (used+1<<20-1)>>20, limit)}
}
