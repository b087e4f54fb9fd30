package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLayers(t *testing.T) {
	l := parse("internal/graph # the lowest\nlokki\n\ninternal/engine\nrunner\nlokki/lokkitest\nlokki/entrypoint\n")
	for name, c := range map[string]struct{ file, pkg, want string }{
		"down":                   {"runner/a.go", "internal/engine", ""},
		"within a layer":         {"internal/graph/a.go", "internal/graph/sub", ""},
		"up":                     {"lokki/a.go", "runner", "lokki/a.go:3: lokki imports runner, which is above it\nhint: "},
		"up, in a subfolder":     {"internal/graph/sub/a.go", "internal/engine", "internal/graph/sub imports internal/engine, which is above it"},
		"up, for one system":     {"lokki/a_windows.go", "runner", "lokki imports runner"},
		"up, in a test":          {"lokki/a_test.go", "runner", "lokki imports runner"},
		"its own test data":      {"lokki/a_test.go", "lokki/lokkitest", ""},
		"up, in an example":      {"lokki/example_test.go", "runner", ""},
		"a folder of its own":    {"runner/a.go", "lokki/entrypoint/local", "runner imports lokki/entrypoint/local, which is above it"},
		"internal to public":     {"internal/engine/a.go", "lokki", "internal/engine imports lokki, which is public"},
		"the same, in a test":    {"internal/engine/a_test.go", "lokki", ""},
		"an importer unknown":    {"other/a.go", "lokki", "other is in no layer"},
		"an imported unknown":    {"runner/a.go", "internal/graphs", "internal/graphs is in no layer"},
		"another module's":       {"tools/a.go", "runner", ""},
		"test data":              {"lokki/testdata/a.go", "runner", ""},
		"another module's files": {"tools/dev/a.go", "runner", ""},
	} {
		root := fstest.MapFS{"tools/go.mod": {}, c.file: {Data: []byte("package a\n\nimport \"" + module + c.pkg + "\"\n")}, "z/z.go": {Data: []byte("package z\n")}}
		imports, err := read(root)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(l.check(imports), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if _, err := read(fstest.MapFS{}); err == nil {
		t.Error("an empty folder is fine")
	}
}

// TestNoneTwice: of a folder that is listed twice, only one place would count.
func TestNoneTwice(t *testing.T) {
	all := slices.Concat(parse(list)...)
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("listed twice: %v", all)
	}
}
