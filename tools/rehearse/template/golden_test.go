package template_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/golden"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// environment is the one that most cases and tests use.
var environment = template.Environment{Account: "123456789012", Region: "eu-west-1", Stack: "birds"}

// TestGolden resolves the cases: template.yaml, and optionally given.json with parts
// of the environment and the parameters, give stack.json or error.
func TestGolden(t *testing.T) {
	golden.Cases(t, []string{"template.yaml", "given.json"}, func(t *testing.T, archive *txtar.Archive) []txtar.File {
		return []txtar.File{resolve(t, archive)}
	})
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
