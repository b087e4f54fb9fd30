package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"

	"github.com/lokki-build/lokki/lokki/entrypoint/local"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func main() {
	if os.Getenv(birds) != "" {
		local.Main(lokkitest.BirdsFlow, "birds", "")
	}
	rounds := flag.Int("rounds", 5, "how often each way is run")
	way := flag.String("way", "", "run this way in this process instead of measuring")
	count := flag.Int("count", 0, "number of its items or steps")
	times := flag.Int("times", 1, "how often it runs")
	flag.Parse()
	var err error
	if *way == "" {
		err = report(os.Stdout, *rounds)
	} else {
		err = run(*way, *count, *times)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// birds is the environment variable that makes this program the local run of the birds.
const birds = "LOKKI_BENCH_BIRDS"

// run runs one way in this process. Each way checks its result.
func run(name string, count, times int) error {
	for range times {
		if err := ways[name](context.Background(), count); err != nil {
			return fmt.Errorf("%s of %d: %w", name, count, err)
		}
	}
	return nil
}

func arguments(way string, count, times int) []string {
	return []string{"-way", way, "-count", strconv.Itoa(count), "-times", strconv.Itoa(times)}
}
