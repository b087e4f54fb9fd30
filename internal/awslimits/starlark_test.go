package awslimits

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"testing"
)

// TestStarlark compares the limits that lokki_step has in Starlark, where Go's can't
// be loaded.
func TestStarlark(t *testing.T) {
	source, err := os.ReadFile("../../rules/private/step.bzl")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^    "(\w+)": \((\d+, \d+), "\w+"\),$`).FindAllStringSubmatch(string(source), -1) {
		got[m[1]] = m[2]
	}
	want := map[string]string{
		"ephemeral_storage": fmt.Sprintf("%d, %d", MinStorage, MaxStorage),
		"memory":            fmt.Sprintf("%d, %d", MinMemory, MaxMemory),
		"timeout":           fmt.Sprintf("1, %d", LambdaSeconds),
	}
	if !maps.Equal(got, want) {
		t.Errorf("rules/private/step.bzl has %v, want %v", got, want)
	}
}
