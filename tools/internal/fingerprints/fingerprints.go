// Package fingerprints hashes the code of each step.
package fingerprints

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/tools/internal/program"
)

// New hashes programs, each of which holds one step. Each argument is the
// step's function, "=" and the program's file, whose name may contain "=" too.
func New(args []string) (fingerprint.Steps, error) {
	all := fingerprint.Steps{}
	var problems []error
	for _, arg := range args {
		function, path, ok := strings.Cut(arg, "=")
		if !ok || function == "" || path == "" {
			problems = append(problems, fmt.Errorf("step %q: want FUNCTION=FILE", arg))
			continue
		}
		if _, twice := all[function]; twice {
			problems = append(problems, fmt.Errorf("step %q: %s is given twice", arg, function))
			continue
		}
		sum, err := hash(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("reading the code of %s: %w", function, err))
		}
		all[function] = sum
	}
	return all, errors.Join(problems...)
}

// hash is the same whatever Bazel built the program, so that a run that was stored is resumed after a change of Bazel.
func hash(path string) (string, error) {
	code, err := program.Read(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(code)
	return hex.EncodeToString(sum[:]), nil
}
