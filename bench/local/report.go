package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// usage is what a process used.
type usage struct {
	wall, cpu time.Duration
	memory    int64 // bytes, the most it had
}

// measure runs a way in a separate process.
func measure(way string, count, times int) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	cmd := exec.Command(self, arguments(way, count, times)...)
	if way == "birds" {
		cmd = exec.Command(self)
		cmd.Env = append(os.Environ(), birds+"=1")
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("running %s: %w\n%s", way, err, &complaints)
	}
	wall := time.Since(began)
	u := usage{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		u.memory = r.Maxrss * 1024
	}
	return u, nil
}

// row is a line of the report: a way, and those that it is compared with.
type row struct {
	what         string
	way          string
	count, times int
	alternatives []string
}

const million = 1_000_000

var rows = []row{
	{"1,000,000 numbers through Map and Agg", "numbers", million, 1, []string{"numbers, errgroup", "numbers, errgroup and codec", "numbers, pond"}},
	{"1,000,000 items of 100 B through Map and Agg", "sightings", million, 1, []string{"sightings, errgroup", "sightings, errgroup and codec", "sightings, pond"}},
	{"1,000 × 1,000 numbers, nested", "nested", nested, 1, []string{"nested, errgroup", "nested, errgroup and codec"}},
	{"10,000 steps in a row", "chain", 10_000, 1, []string{"chain, loop", "chain, loop and codec"}},
	{"the same a thousand numbers, 1,000 times", "numbers", 1_000, 1_000, nil},
	{"ten thousand, 100 times", "numbers", 10_000, 100, nil},
	{"a hundred thousand, 10 times", "numbers", 100_000, 10, nil},
	{"start of the birds to their result", "birds", 0, 1, []string{"nothing"}},
}

// report measures all rows and writes them as a table.
func report(w io.Writer, rounds int) error {
	fmt.Fprintf(w, "| figure | | time | processor time | ratio of it | memory |\n|---|---|---:|---:|---:|---:|\n")
	for _, r := range rows {
		ways := append([]string{r.way}, r.alternatives...)
		least := make([]usage, len(ways))
		for round := range rounds {
			for i, way := range ways {
				u, err := measure(way, r.count, r.times)
				if err != nil {
					return err
				}
				if round == 0 {
					least[i] = u
				}
				least[i] = usage{min(least[i].wall, u.wall), min(least[i].cpu, u.cpu), min(least[i].memory, u.memory)}
			}
		}
		for i, u := range least {
			what, way, ratio := r.what, "lokki", ""
			if i > 0 {
				what, way = "", ways[i]
				ratio = fmt.Sprintf("%.2f", least[0].cpu.Seconds()/u.cpu.Seconds())
			}
			fmt.Fprintf(w, "| %s | %s | %.1f ms | %.1f ms | %s | %.0f MB |\n", what, way, u.wall.Seconds()*1e3, u.cpu.Seconds()*1e3, ratio, float64(u.memory)/1e6)
		}
	}
	return nil
}
