package s3server

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

// gatewayRunfile is the path of tools/s3gateway in the runfiles of programs that
// Bazel built, which sets it.
var gatewayRunfile string

// gatewayProgram returns the path of tools/s3gateway. Under go test, Go builds it, and
// keeps it in its cache.
var gatewayProgram = sync.OnceValues(func() (string, error) {
	if gatewayRunfile != "" {
		path, err := runfiles.Rlocation(gatewayRunfile)
		if err != nil {
			return "", fmt.Errorf("finding the S3 server: %w", err)
		}
		return path, nil
	}
	_, self, _, _ := runtime.Caller(0)
	build := exec.CommandContext(context.Background(), "go", "tool", "-n", "s3gateway")
	build.Dir = filepath.Join(filepath.Dir(self), "..", "..", "tools", "s3gateway")
	build.Env = append(build.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr strings.Builder
	build.Stderr = &stderr
	out, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("building the S3 server: %w\n%s", err, stderr.String())
	}
	return strings.TrimSpace(string(out)), nil
})
