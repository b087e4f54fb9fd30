// Package figures runs the benchmarks of the data plane and makes a table of
// the results.
package figures

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Results are measured values by "BenchmarkName/case unit", one for each run.
type Results map[string][]float64

// procs matches the number of processors, which Go appends to a benchmark's name.
var procs = regexp.MustCompile(`-\d+$`)

// Parse adds the result lines of go test -bench, such as
// "BenchmarkStart-2   20   9168164 ns/op   3.825 lokki-ms".
func (r Results) Parse(output io.Reader) error {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || len(fields)%2 != 0 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := procs.ReplaceAllString(fields[0], "")
		for i := 2; i < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("reading the result of %s: %w", name, err)
			}
			key := name + " " + fields[i+1]
			r[key] = append(r[key], value)
		}
	}
	return lines.Err()
}

// Median returns the middle value of a figure, or false if it has none.
func (r Results) Median(figure string) (float64, bool) {
	values := slices.Sorted(slices.Values(r[figure]))
	if len(values) == 0 {
		return 0, false
	}
	return values[len(values)/2], true
}
