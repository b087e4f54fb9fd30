package template_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/rehearse/template"
)

var update = flag.Bool("update", false, "write the results into the cases")

// environment is what most cases and tests are resolved in.
var environment = template.Environment{Account: "123456789012", Region: "eu-west-1", Stack: "birds"}

// TestGolden resolves the cases: template.yaml, and perhaps given.json with parts of
// the environment and the parameters, give stack.json or error.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := txtar.Format(archive)
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "stack.json" || f.Name == "error" })
			archive.Files = append(archive.Files, resolve(t, archive))
			got := txtar.Format(archive)
			if bytes.Equal(got, want) {
				return
			}
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("got\n%s\nwant\n%s\nto accept it: go test ./rehearse/template -run TestGolden -update", got, want)
		})
	}
}

func resolve(t *testing.T, archive *txtar.Archive) txtar.File {
	given := struct {
		template.Environment
		Parameters map[string]string
	}{Environment: environment}
	var source []byte
	for _, f := range archive.Files {
		switch f.Name {
		case "template.yaml":
			source = f.Data
		case "given.json":
			if err := json.Unmarshal(f.Data, &given); err != nil {
				t.Fatal(err)
			}
		}
	}
	read, err := template.Read("template.yaml", source)
	if err != nil {
		return txtar.File{Name: "error", Data: []byte(err.Error() + "\n")}
	}
	stack, err := read.Resolve(given.Environment, given.Parameters)
	if err != nil {
		return txtar.File{Name: "error", Data: []byte(err.Error() + "\n")}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(stack); err != nil {
		t.Fatal(err)
	}
	return txtar.File{Name: "stack.json", Data: b.Bytes()}
}
