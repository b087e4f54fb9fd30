// Package fingerprint identifies the code of steps, so that a stored value is used
// again only if the code that made it is the same.
package fingerprint

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// OfProgram is the hash of this process's executable. It identifies a
// step's code where nothing tells a program's steps apart, as under go test and
// go run.
var OfProgram = sync.OnceValues(func() (string, error) {
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

// Steps maps each step's function to the hash of a program that
// Bazel built for it, which holds only what the function reaches.
type Steps map[string]string

// Of returns the fingerprint of a step's function, or of the whole program if
// the step has none.
func (s Steps) Of(function string) (string, error) {
	if sum, ok := s[function]; ok {
		return "step:" + sum, nil
	}
	return OfProgram()
}

// file is the format of birds.fingerprints.json.
type file struct {
	Version int               `json:"version"`
	Steps   map[string]string `json:"steps"`
}

const version = 1

// Encode encodes the fingerprints; equal ones give equal bytes.
func (s Steps) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(file{version, s}, "", "  ") // MarshalIndent sorts the map
	if err != nil {
		return nil, fmt.Errorf("encoding the fingerprints: %w", err)
	}
	return append(data, '\n'), nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (Steps, error) {
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("decoding the fingerprints: %w", err)
	}
	if f.Version != version {
		return nil, fmt.Errorf("decoding the fingerprints: they have version %d, this lokki reads version %d", f.Version, version)
	}
	return f.Steps, nil
}
