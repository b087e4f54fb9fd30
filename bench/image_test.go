package bench

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/lambdahost"
)

// image is built by Bazel; go run ./bench/dataplane calls it first.
const image = "../bazel-bin/rules/tests/steps/double_number_image"

// built skips the benchmark if Bazel hasn't built the image.
func built(b *testing.B) {
	b.Helper()
	if _, err := os.Stat(image); err != nil {
		b.Skipf("%v\nhint: go run ./bench/dataplane builds it", err)
	}
}

// plainProgram builds the program without lokki as lokki_step builds a step.
func plainProgram(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "plain")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", program, "./plain")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building the plain program: %v\n%s", err, out)
	}
	return program
}

// stepProgram extracts the binary from the image.
func stepProgram(b *testing.B) string {
	b.Helper()
	built(b)
	unpacked, err := lambdahost.Unpack(image, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return filepath.Join(unpacked.Root, unpacked.Command[0])
}

// BenchmarkImageSize measures what a pull of a step's image downloads.
func BenchmarkImageSize(b *testing.B) {
	built(b)
	size := int64(0)
	for b.Loop() {
		size = 0
		blobs, err := filepath.EvalSymlinks(filepath.Join(image, "blobs"))
		if err != nil {
			b.Fatal(err)
		}
		err = filepath.WalkDir(blobs, func(name string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := os.Stat(name) // of what it leads to
			if err == nil && info.Mode().IsRegular() {
				size += info.Size()
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size)/1e6, "MB")
}

// BenchmarkStart is the time from the start of a step's process to its first
// call of next, in turn with the plain program's.
func BenchmarkStart(b *testing.B) {
	c := newCloud(b)
	step, plain := stepProgram(b), plainProgram(b)
	var ours, theirs []float64
	for b.Loop() {
		ours = append(ours, c.start(b, step))
		theirs = append(theirs, c.start(b, plain))
	}
	b.ReportMetric(median(ours), "lokki-ms")
	b.ReportMetric(median(theirs), "plain-ms")
}

// start starts a program and returns the milliseconds until it asked for its
// first invocation. The payload is meaningless to it, which doesn't matter.
func (c *cloud) start(b *testing.B, program string) float64 {
	host := c.function(b, program)
	defer host.Close()
	result, err := host.Invoke(b.Context(), []byte(`{}`))
	if err != nil {
		b.Fatal(err)
	}
	return float64(result.Init.Microseconds()) / 1e3
}

// BenchmarkInvocation measures a child of a map in a warm process: a read, a write
// and almost nothing between them. The plain program reads and writes the same
// number of objects in turn, so that the difference is lokki's own time.
func BenchmarkInvocation(b *testing.B) {
	c := newCloud(b)
	step, other := c.function(b, stepProgram(b)), c.function(b, plainProgram(b))
	const items = 1000
	numbers := make([]string, items)
	var ours, theirs []float64
	for round := 0; b.Loop(); round++ {
		run := fmt.Sprint("r", round)
		keys := envelope.Keys{Prefix: "lokki", Flow: flow, Run: run}
		at := fanout.Keys{Items: keys.Items("list", ""), Batches: keys.Batches("list", "")}
		_, err := fanout.Store(b.Context(), c.values, at, 1, func(yield func([]byte, error) bool) {
			for i := range numbers {
				if !yield(fmt.Append(nil, i), nil) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
		batches, err := c.batches(b.Context(), at.Batches)
		if err != nil {
			b.Fatal(err)
		}
		for _, own := range batches {
			ours = append(ours, c.invoked(b, step, envelope.Request{
				Flow: flow, Run: run, Step: "double", Path: envelope.Child("", own.Index), From: "list", Batch: &own,
			}))
			theirs = append(theirs, c.invoked(b, other, map[string]string{
				"From":  at.Items,
				"Range": fmt.Sprintf("bytes=%d-%d", own.Offset, own.Offset+own.Length-1),
				"To":    fmt.Sprintf("plain/%s/%d/output", run, own.Index),
			}))
		}
	}
	b.ReportMetric(median(ours), "lokki-µs")
	b.ReportMetric(median(theirs), "plain-µs")
	b.ReportMetric(median(ours)-median(theirs), "own-µs")
	own := closed(b, step) - closed(b, other)
	b.ReportMetric(own/float64(len(ours)), "own-CPU-µs")
}

// closed ends a function's process and returns its total processor time in
// microseconds.
func closed(b *testing.B, host *lambdahost.Host) float64 {
	before := childrenTime(b)
	if err := host.Close(); err != nil {
		b.Fatal(err)
	}
	return childrenTime(b) - before
}

// childrenTime is the processor time of all child processes that have ended, in
// microseconds.
func childrenTime(b *testing.B) float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		b.Fatal(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e3
}

// invoked returns how long an invocation took, in microseconds.
func (c *cloud) invoked(b *testing.B, host *lambdahost.Host, request any) float64 {
	payload, err := json.Marshal(request)
	if err != nil {
		b.Fatal(err)
	}
	result, err := host.Invoke(b.Context(), payload)
	if err != nil {
		b.Fatal(err)
	}
	if result.Failure != nil {
		b.Fatal(result.Failure)
	}
	return float64(result.Duration) / float64(time.Microsecond)
}
