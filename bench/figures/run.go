package figures

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// stepImage is the image to measure: a step of the rules' tests.
const stepImage = "//rules/tests/steps:double_number_image"

// benchmarks are the runs of go test. If rounds is set, a run has that many,
// because too few fit into a second.
var benchmarks = []struct{ pkg, match, time string }{
	{"./internal/lambdastep", "^Benchmark(Invoke|Gather)$", "1s"},
	{"./internal/codec", "^Benchmark(Encode|Decode)$/^(1KB|10MB)$/^(codec|json.gzip|gob.gzip|cbor.gzip)$", "1s"},
	{"./bench", "^Benchmark(ImageSize|Requests)$", "1x"},
	{"./bench", "^BenchmarkStart$", "21x"},
	{"./bench", "^BenchmarkInvocation$", "1x"},
	{"./bench", "^Benchmark(Million|FanOut|FanOutRead|FanIn)$", "1x"},
}

// Run builds the image and runs all benchmarks, count times each. It runs in
// the project's folder and writes the programs' output to log.
func Run(ctx context.Context, count int, log io.Writer) (Results, error) {
	build := exec.CommandContext(ctx, "tools/bazel", "build", stepImage)
	build.Stdout, build.Stderr = log, log
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("building %s: %w\nhint: run it in the project's folder", stepImage, err)
	}
	results := Results{}
	for _, b := range benchmarks {
		var out bytes.Buffer
		test := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", b.match, "-benchtime", b.time, "-count", strconv.Itoa(count), b.pkg)
		test.Cancel = func() error { return test.Process.Signal(os.Interrupt) } // go test passes it on
		test.Env = withoutBundle(os.Environ())
		test.Stdout, test.Stderr = io.MultiWriter(&out, log), log
		if err := test.Run(); err != nil {
			return nil, fmt.Errorf("running %s of %s: %w", b.match, b.pkg, err)
		}
		if err := results.Parse(&out); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// withoutBundle removes AWS_CA_BUNDLE: no Lambda has it, and reading it slows
// the start.
func withoutBundle(env []string) (kept []string) {
	for _, v := range env {
		if !strings.HasPrefix(v, "AWS_CA_BUNDLE=") {
			kept = append(kept, v)
		}
	}
	return kept
}
