// Command dataplane measures the data plane and prints each figure with its
// target and its alternative, as in bench/README.md.
//
//	go run ./bench/dataplane [-count 5]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/lokki-build/lokki/bench/figures"
)

func main() {
	count := flag.Int("count", 5, "runs of each benchmark; the middle one counts")
	flag.Parse()
	if flag.NArg() > 0 || *count < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	results, err := figures.Run(ctx, *count, os.Stderr)
	if err != nil {
		fmt.Fprintf(os.Stderr, "dataplane: %v\n", err)
		os.Exit(1)
	}
	figures.Write(os.Stdout, results)
}
