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
	g := graph.Graph{Version: graph.Version, Flow: "long-flow", Function: "example.com/long.LongFlow", Position: "flows/long.go:10"}
	m := manifest.Manifest{Flow: "//flows:long"}
	for i := range n {
		node := graph.Node{
			Name: fmt.Sprintf("step-%d", i), Kind: graph.Then, Function: fmt.Sprintf("example.com/long.Step%d", i%200),
			Position: fmt.Sprintf("flows/long.go:%d", 11+i), In: "string", Out: "string",
		}
		if i > 0 {
			node.From = g.Nodes[i-1].Name
		}
		switch {
		case i == 0:
			node.Kind, node.Defaults = graph.Start, json.RawMessage(`{"count":3}`)
		case i%10 == 1:
			node.Kind, node.Scope = graph.Map, []string{node.Name}
			node.Options = graph.Options{Batch: 10, Tolerate: 5}
		case i%10 == 2:
			node.Scope = []string{g.Nodes[i-1].Name}
		case i%10 == 3:
			node.Kind = graph.Agg
		}
		g.Nodes = append(g.Nodes, node)
		if i < 200 {
			m.Steps = append(m.Steps, manifest.Step{Target: fmt.Sprintf("//flows:step_%d", i), Function: node.Function, Architecture: "arm64"})
		}
	}
	return g, m
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
