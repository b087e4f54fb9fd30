package figures

import (
	"fmt"
	"io"
)

// row is a figure in the table.
type row struct {
	what        string
	figure      string  // of lokki, in Results
	alternative string  // a figure in Results to compare with; "" for none
	versus      string  // what that is
	scale       float64 // from Results to unit; 0 is 1
	unit        string
	target      float64 // 0 for none
	least       bool    // the target is a lower bound
	ratioTarget bool    // the target is for the ratio of figure and alternative
}

const (
	encode, decode = "BenchmarkEncode/", "BenchmarkDecode/"
	sdk            = "plain SDK"
)

// rows are the table, first the figures with a target.
var rows = append([]row{
	{what: "own time of an invocation in the handler, value of 10 B", figure: "BenchmarkInvoke/10_B ns/op", scale: 1e-3, unit: "µs", target: 150},
	{what: "own time of an invocation in the handler, value of 1 KB", figure: "BenchmarkInvoke/1_KB ns/op", scale: 1e-3, unit: "µs", target: 150},
	{what: "whole invocation beyond that of a program that reads and writes with the SDK", figure: "BenchmarkInvocation own-µs", unit: "µs", target: 150},
	{what: "the same, processor time", figure: "BenchmarkInvocation own-CPU-µs", unit: "µs", target: 150},
	{what: "whole invocation", figure: "BenchmarkInvocation lokki-µs", alternative: "BenchmarkInvocation plain-µs", versus: "aws-lambda-go and SDK", unit: "µs"},
	{what: "fan-out of 1,000,000 items of 100 B, time", figure: "BenchmarkMillion s", unit: "s", target: 3},
	{what: "fan-out of 1,000,000 items of 100 B, heap above the list", figure: "BenchmarkMillion MB-above-list", unit: "MB", target: 100},
	{what: "fan-in of 10,000 objects", figure: "BenchmarkFanIn lokki-items/s", alternative: "BenchmarkFanIn sdk-items/s", versus: sdk, unit: "items/s", target: 0.8, least: true, ratioTarget: true},
	{what: "requests of a map of 1,000 items in batches of 10", figure: "BenchmarkRequests requests", unit: "", target: 202},
	{what: "start of the binary to its first `next`", figure: "BenchmarkStart lokki-ms", alternative: "BenchmarkStart plain-ms", versus: "aws-lambda-go and SDK", unit: "ms", target: 10},
	{what: "compressed image", figure: "BenchmarkImageSize MB", unit: "MB", target: 6},
	{what: "fan-out of 10,000 items", figure: "BenchmarkFanOut lokki-items/s", alternative: "BenchmarkFanOut sdk-items/s", versus: sdk + ", an object each", unit: "items/s"},
	{what: "children reading batches of 1", figure: "BenchmarkFanOutRead/1 lokki-items/s", alternative: "BenchmarkFanOutRead/1 sdk-items/s", versus: sdk + ", an object each", unit: "items/s"},
	{what: "children reading batches of 100", figure: "BenchmarkFanOutRead/100 lokki-items/s", alternative: "BenchmarkFanOutRead/100 sdk-items/s", versus: sdk + ", an object each", unit: "items/s"},
	{what: "aggregating from memory, for an item", figure: "BenchmarkGather ns/item", scale: 1e-3, unit: "µs"},
}, codecRows()...)

// codecRows compare the codec with the other formats.
func codecRows() (list []row) {
	for _, size := range []struct {
		name, unit string
		scale      float64
	}{{"1KB", "µs", 1e-3}, {"10MB", "ms", 1e-6}} {
		for _, action := range []string{encode, decode} {
			for _, other := range []string{"json+gzip", "gob+gzip", "cbor+gzip"} {
				name := "encoding"
				if action == decode {
					name = "decoding"
				}
				list = append(list, row{
					what: name + " " + size.name, figure: action + size.name + "/codec ns/op",
					alternative: action + size.name + "/" + other + " ns/op", versus: other, scale: size.scale, unit: size.unit,
				})
			}
		}
	}
	return list
}

// Write writes the table in Markdown. The ratio is lokki's figure divided by
// the alternative's. It returns how many targets were missed or not measured.
func Write(w io.Writer, results Results) (missed int) {
	fmt.Fprintf(w, "| figure | lokki | target | alternative | | ratio |\n|---|---:|---:|---|---:|---:|\n")
	for _, r := range rows {
		line, ok := r.cells(results)
		if !ok {
			missed++
		}
		fmt.Fprintf(w, "| %s | %s |\n", r.what, line)
	}
	return missed
}

// cells returns a row's cells after the first, and whether its target, if any, is met.
func (r row) cells(results Results) (string, bool) {
	value, found := results.Median(r.figure)
	if !found {
		return "not measured | | | |", false
	}
	if r.scale == 0 {
		r.scale = 1
	}
	other, compared := results.Median(r.alternative)
	ratio := value / other
	judged := value * r.scale
	if r.ratioTarget {
		judged = ratio
	}
	met := r.target == 0 || judged == r.target || (judged > r.target) == r.least

	target, versus := "", " | "
	if r.target != 0 {
		sign, unit := "≤", r.unit
		if r.least {
			sign = "≥"
		}
		if r.ratioTarget {
			unit = "of it"
		}
		target = sign + " " + quantity(r.target, unit)
		if !met {
			target += " **missed**"
		}
	}
	ratioText := ""
	if compared {
		versus = r.versus + " | " + quantity(other*r.scale, r.unit)
		ratioText = fmt.Sprintf("%.2f", ratio)
	}
	return fmt.Sprintf("%s | %s | %s | %s", quantity(value*r.scale, r.unit), target, versus, ratioText), met
}

// quantity writes a number with three digits or more, and its unit.
func quantity(v float64, unit string) string {
	digits := 0
	for limit := 100.0; v < limit && digits < 2 && v != float64(int(v)); limit /= 10 {
		digits++
	}
	text := fmt.Sprintf("%.*f", digits, v)
	if unit != "" {
		text += " " + unit
	}
	return text
}
