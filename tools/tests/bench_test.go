package tests

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/cost"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// long is a flow of n steps: a tenth of them are maps, each of another step and an
// aggregation. A template has room for only 200 functions, so a longer flow uses
// each several times.
func long(n int) (graph.Graph, manifest.Manifest) {
	var calls []string
	for i := range n {
		verb := "then"
		switch {
		case i == 0:
			verb = "start"
		case i%10 == 1:
			verb = "map"
		case i%10 == 3:
			verb = "agg"
		}
		calls = append(calls, fmt.Sprintf("%s Step%d", verb, i%200))
	}
	g := flowtest.Chain("LongFlow", calls...)
	for _, each := range flowtest.Maps(g) {
		each.MapOptions = graph.MapOptions{Batch: 10, Tolerate: 5}
	}
	return g, flowtest.Manifest(g)
}

// generate does what a build does, starting from the graph as a file. 2,000 steps
// are too large and refused, but only after everything is written.
func generate(b *testing.B, file []byte, in cfn.Input) (definition, template []byte) {
	g, err := graph.Decode(file)
	if err != nil {
		b.Fatal(err)
	}
	definition, err = asl.Generate(g)
	if err != nil && !strings.Contains(err.Error(), "Step Functions allows 1048576") {
		b.Fatal(err)
	}
	in.Graph, in.Definition = g, definition
	t, err := cfn.Generate(in)
	if err != nil && !strings.Contains(err.Error(), "CloudFormation allows 1048576") {
		b.Fatal(err)
	}
	return definition, t.YAML
}

// BenchmarkTools measures the processor time of graph → state machine and
// template, which must not grow faster than the number of steps. It is compared
// with the same template built from maps and written by yaml.Marshal.
func BenchmarkTools(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in the tools' programs
	for _, n := range []int{20, 200, 2000} {
		g, m := long(n)
		digests := map[string]string{}
		for _, s := range m.Steps {
			digests[s.Target] = "sha256:" + strings.Repeat("0", 64)
		}
		list, err := images.New(g, m, digests)
		if err != nil {
			b.Fatal(err)
		}
		file, err := json.Marshal(g)
		if err != nil {
			b.Fatal(err)
		}
		in := cfn.Input{Manifest: m, Images: list, Config: config.Defaults()}
		b.Run(fmt.Sprintf("steps=%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				generate(b, file, in)
			}
		})
		b.Run(fmt.Sprintf("asl/steps=%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				if definition, _ := asl.Generate(g); len(definition) < 100*n { // an error of size comes with what was written
					b.Fatal("no state machine")
				}
			}
		})
		b.Run(fmt.Sprintf("cost/steps=%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				if _, err := cost.Table(cost.Input{Graph: g, Manifest: m, Memory: 512, Timeout: 900, Basis: cost.DefaultBasis()}); err != nil {
					b.Fatal(err)
				}
			}
		})
		_, template := generate(b, file, in)
		var plain map[string]any
		if err := yaml.Unmarshal(template, &plain); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("yaml.Marshal/steps=%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				if _, err := yaml.Marshal(plain); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// cpu measures the processor time of this process, including garbage
// collection, until the function that it returns is called.
func cpu(b *testing.B) func() {
	now := func() time.Duration {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			b.Fatal(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	before := now()
	return func() { b.ReportMetric(float64((now()-before).Microseconds())/1000/float64(b.N), "CPU-ms/op") }
}
