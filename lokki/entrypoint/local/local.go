// Package local makes the program that runs a flow on this machine, such as
// birds_local. It adds to runner.Main what a test that runs a flow doesn't need:
// S3, and the fingerprints of the steps that Bazel built.
package local

import (
	"errors"
	"fmt"
	"os"
	"time"

	// Steps have the same time zones as in their images.
	_ "time/tzdata"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/launch"
	"github.com/lokki-build/lokki/internal/localcommand"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/lokki"
)

// Main is runner.Main. call is how the user calls the program, as in
// "bazel run //flows:birds_local --"; fingerprints is the name of a file in the
// program's runfiles, as in "_main/flows/birds.fingerprints.json".
func Main[T any](flow func() lokki.Flow[T], call, fingerprints string, options ...Option) {
	process := launch.Enter()
	steps, err := readFingerprints(fingerprints)
	if err != nil {
		process.Fail(err)
	}
	// A program not started by bazel run is not called through Bazel
	// (https://bazel.build/docs/user-manual#running-executables).
	if os.Getenv("BUILD_WORKSPACE_DIRECTORY") == "" {
		call = os.Args[0]
	}
	program := localcommand.Program{Bucket: openBucket, Fingerprints: steps, Call: call}
	for _, option := range options {
		option(&program)
	}
	localcommand.Main(func() (chain.Flow, error) { return chain.BuildFunc(flow) }, program)
}

// Option is an attribute of the lokki_flow that affects its program.
type Option func(*localcommand.Program)

// Timeout limits the duration of a run, in seconds.
func Timeout(seconds int) Option {
	return func(p *localcommand.Program) { p.Timeout = time.Duration(seconds) * time.Second }
}

func openBucket(name string) (store.Store, error) {
	client, err := s3store.NewClient()
	if err != nil {
		return nil, err
	}
	return s3store.New(client, name), nil
}

// readFingerprints reads the file next to the program. A program that was copied
// elsewhere has none: then its own code identifies its steps.
func readFingerprints(name string) (fingerprint.Steps, error) {
	path, err := runfiles.Rlocation(name)
	if err != nil {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the steps' fingerprints: %w", err)
	}
	return fingerprint.Decode(data)
}
