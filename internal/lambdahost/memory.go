package lambdahost

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// memoryCheck is how often the memory of a program at work is looked at. What
// comes and goes in between is found at the end of the invocation.
const memoryCheck = 20 * time.Millisecond

// peakMemory is the most that a process has had in memory, in bytes; 0 where
// the system doesn't tell (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html).
func peakMemory(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
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

// outOfMemory is how Lambda reports a function that took more than it has: its
// sandbox is killed.
func outOfMemory(used int64, limit int) *Failure {
	return &Failure{Type: "Runtime.ExitError",
		Message: fmt.Sprintf("the program was killed: it used %d MB of memory and has %d", (used+1<<20-1)>>20, limit)}
}
