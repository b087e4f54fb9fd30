package progress

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// The reference has exactly the events and fields that the stories show.
func TestReference(t *testing.T) {
	shown := map[string]map[string]bool{} // event → fields
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories: ", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(archive.Files[len(archive.Files)-1].Data)) {
			var e map[string]any
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			name := e["event"].(string)
			delete(e, "event")
			delete(e, "time")
			if shown[name] == nil {
				shown[name] = map[string]bool{}
			}
			fields(e, shown[name])
		}
	}
	var out bytes.Buffer
	(&events{w: &out}).print([]byte("\"a\"\nb"))
	for line := range strings.Lines(out.String()) {
		var e struct{ Event, Text string }
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Event != "text-printed" || e.Text == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
	shown["text-printed"] = map[string]bool{"text": true}
	reference, err := os.ReadFile("../../docs/local-run.md")
	if err != nil {
		t.Fatal(err)
	}
	described := map[string]bool{}
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z]+-[a-z]+)` \\| (.*) \\|$").FindAllStringSubmatch(string(reference), -1) {
		described[row[1]] = true
		names := map[string]bool{}
		for _, name := range quoted.FindAllStringSubmatch(row[2], -1) {
			names[name[1]] = true
		}
		if want := shown[row[1]]; !maps.Equal(names, want) {
			t.Errorf("%s: docs/local-run.md has the fields\n%q, the events have\n%q", row[1], slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(want)))
		}
	}
	for name := range shown {
		if !described[name] {
			t.Errorf("docs/local-run.md lacks the event %s", name)
		}
	}
}

// fields collects the names of fields at any depth.
func fields(v any, names map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			names[name] = true
			fields(value, names)
		}
	case []any:
		for _, value := range v {
			fields(value, names)
		}
	}
}
