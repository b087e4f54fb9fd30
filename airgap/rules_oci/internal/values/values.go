// Package values reads the files with an attribute's values: one entry per
// line, or one line of comma-separated entries. The rules write such files for
// attributes that are lists or dictionaries.
package values

import (
	"fmt"
	"os"
	"strings"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
)

// Pair is one `key=value` line. A line without `=` is a key with an empty value.
type Pair struct {
	Key, Value string
	Line       int // in the file, from 1
}

// Lines returns the file's non-empty lines. `%5Cn` in a line is a line break,
// as in rules_oci's list attributes.
func Lines(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := []string{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if line != "" {
			lines = append(lines, strings.ReplaceAll(line, "%5Cn", "\n"))
		}
	}
	return lines, nil
}

// Pairs returns the file's lines as pairs, including empty ones.
func Pairs(path string) ([]Pair, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, nil
	}
	var pairs []Pair
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		key, value, _ := strings.Cut(line, "=")
		pairs = append(pairs, Pair{key, value, i + 1})
	}
	return pairs, nil
}

// Dict returns the file's non-empty lines as a JSON object of strings.
func Dict(path string) (*ordered.Object, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	dict := &ordered.Object{}
	for line := range strings.SplitSeq(string(data), "\n") {
		if line != "" {
			key, value, _ := strings.Cut(line, "=")
			dict.Set(key, value)
		}
	}
	return dict, nil
}

// Set returns the file's comma-separated entries as the keys of a JSON object
// of empty objects. Each must pass check.
func Set(path string, check func(entry string) error) (*ordered.Object, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &ordered.Object{}
	if len(data) == 0 {
		return set, nil
	}
	for entry := range strings.SplitSeq(string(data), ",") {
		if err := check(entry); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		set.Set(entry, &ordered.Object{})
	}
	return set, nil
}

// Words returns the file's words, separated by white space.
func Words(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	return strings.Fields(string(data)), err
}
