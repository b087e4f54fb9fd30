package lambda

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// Stats are the figures of one function so far.
type Stats struct {
	Function     string
	Size         int           // MB that it has
	Invocations  int           //
	Failures     int           // of the invocations
	Cut          int           // invocations that ended as their execution did
	Environments int           // that were made
	Cold         int           // invocations that started a program
	Init         time.Duration // of all starts
	Duration     time.Duration // of all invocations
	Billed       time.Duration // the same, each in whole milliseconds, starts included
	Memory       int64         // bytes: the most that one program used
}

// GBSeconds is what Lambda charges besides the requests
// (https://aws.amazon.com/lambda/pricing/).
func (s Stats) GBSeconds() float64 { return s.Billed.Seconds() * float64(s.Size) / 1024 }

func (s *Stats) add(r lambdahost.Result, err error) {
	s.Invocations++
	switch {
	case errors.Is(err, context.Canceled):
		s.Cut++
	case r.Failure != nil || err != nil: // an error or its task's end cut it off
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

// billed rounds up to whole milliseconds. The start of an image counts too.
func billed(r lambdahost.Result) time.Duration {
	return (r.Init + r.Duration + time.Millisecond - 1).Truncate(time.Millisecond)
}

// report is the line that Lambda writes after an invocation.
func report(r lambdahost.Result, size int) string {
	line := fmt.Sprintf("REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB",
		r.RequestID, ms(r.Duration), billed(r).Milliseconds(), size, (r.Memory+1<<20-1)>>20)
	if r.Cold {
		line += fmt.Sprintf("\tInit Duration: %.2f ms", ms(r.Init))
	}
	if r.Failure != nil {
		status := "error"
		if r.Failure.Type == "Sandbox.Timedout" {
			status = "timeout"
		}
		line += fmt.Sprintf("\tStatus: %s\tError Type: %s", status, r.Failure.Type)
	}
	return line + "\n"
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Stats returns the figures of all functions, by name.
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
