package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"
)

// ProgramFingerprint is that of all code of this process: the hash of its
// executable. It is what a step's code is known by where nothing tells the
// steps of a program apart, as under go test and go run.
var ProgramFingerprint = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("finding the program's code: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("reading the program's code: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("reading the program's code: %w", err)
	}
	return "program:" + hex.EncodeToString(sum.Sum(nil)), nil
})

// StepFingerprints has the fingerprint of each step, which Bazel built apart:
// from the function's name to the hash of a program that holds what the
// function reaches, and nothing else.
type StepFingerprints map[string]string

// Of is the fingerprint of a step's function, or of the whole program if the
// step has none of its own.
func (s StepFingerprints) Of(function string) (string, error) {
	if sum, ok := s[function]; ok {
		return "step:" + sum, nil
	}
	return ProgramFingerprint()
}
