package lambda

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/lambdahost"
)

// Stats are the statistics of one function so far.
type Stats struct {
	Function     string
	Size         int           // MB of its memory setting
	Invocations  int           //
	Failures     int           // of the invocations
	Cut          int           // invocations that were cut off when their execution ended
	Environments int           // environments that were created
	Cold         int           // invocations that started a process
	Init         time.Duration // of all starts
	Duration     time.Duration // of all invocations
	Billed       time.Duration // the same, each rounded up to milliseconds, starts included
	Memory       int64         // bytes: the most that one process used
}

// GBSeconds is what Lambda charges for besides the requests
// (https://aws.amazon.com/lambda/pricing/).
func (s Stats) GBSeconds() float64 { return s.Billed.Seconds() * float64(s.Size) / 1024 }

func (s *Stats) add(r lambdahost.Result, err error) {
	s.Invocations++
	switch {
	case errors.Is(err, context.Canceled):
		s.Cut++
	case r.Failure != nil || err != nil: // a failure, or cut off when its task ended
		s.Failures++
	}
	if r.Cold {
		s.Cold++
	}
	s.Init += r.Init
	s.Duration += r.Duration
	s.Billed += billed(r)
	s.Memory = max(s.Memory, r.Memory)
}

// billed rounds up to milliseconds. The start of an image counts too.
func billed(r lambdahost.Result) time.Duration {
	return (r.Init + r.Duration + time.Millisecond - 1).Truncate(time.Millisecond)
}

// report formats the line that Lambda logs after an invocation.
func report(r lambdahost.Result, size int) string {
	line := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB",
		r.RequestID, ms(r.Duration), billed(r).Milliseconds(), size, (r.Memory+1<<20-1)>>20)
	if r.Cold {
		line += fmt.Sprintf("\tInit Duration: %.2f ms", ms(r.Init))
	}
	if r.Failure != nil {
		status := "error"
		if r.Failure.Type == awslimits.SandboxTimedout {
			status = "timeout"
		}
		line += fmt.Sprintf("\tStatus: %s\tError Type: %s", status, r.Failure.Type)
	}
	return line + "\n"
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Stats returns the statistics of all functions, by name.
func (s *Service) Stats() []Stats {
	var all []Stats
	for _, f := range s.functions {
		f.mu.Lock()
		all = append(all, f.stats)
		f.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b Stats) int { return cmp.Compare(a.Function, b.Function) })
	return all
}
