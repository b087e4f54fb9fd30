package config

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/golden"
)

const (
	reference = "../../../docs/config.md"
	begin     = "<!-- Made of the table in tools/internal/config/fields.go: go test ./tools/internal/config -update -->\n"
	end       = "<!-- End of what is made. -->\n"
)

func TestReferenceHasTheTableOfFields(t *testing.T) {
	text := readReference(t)
	before, rest, ok := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("docs/config.md has no place for the table")
	}
	golden.File(t, reference, []byte(before+begin+table(t)+end+after))
}

func table(t *testing.T) string {
	var b strings.Builder
	b.WriteString("\n| field and variable | value | default | |\n|---|---|---|---|\n")
	for _, f := range fields {
		value := f.get(Defaults())
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		byDefault := "`" + string(data) + "`"
		switch v := value.(type) {
		case string:
			if byDefault = "`" + v + "`"; v == "" {
				byDefault = "none"
			}
		case map[string]string:
			byDefault = "none"
		}
		fmt.Fprintf(&b, "| `%s`<br>`%s` | %s | %s | %s |\n", f.key, f.variable(), f.kind.values, byDefault, f.about)
	}
	b.WriteString("\n")
	return b.String()
}

// TestTheExampleHasEveryField: the reference's lokki.yml is valid, and has
// every field.
func TestTheExampleHasEveryField(t *testing.T) {
	_, rest, _ := strings.Cut(readReference(t), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("docs/config.md has no lokki.yml")
	}
	layer, err := Parse("docs/config.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		if _, ok := layer.set[f.key]; !ok {
			t.Errorf("the example in docs/config.md has no %s", f.key)
		}
	}
}

func readReference(t *testing.T) string {
	data, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestTheRulesKnowAllVariables: Bazel passes on only the variables that it is
// told of.
func TestTheRulesKnowAllVariables(t *testing.T) {
	const file = "rules/private/config_repository.bzl"
	data, err := os.ReadFile("../../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "_VARIABLES = [")
	list, _, _ := strings.Cut(rest, "]")
	var names []string
	for _, m := range regexp.MustCompile(`"([A-Z_]+)"`).FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	if !slices.Equal(names, Variables()) {
		t.Errorf("_VARIABLES in %s are\n%s\nwant, in this order,\n%s", file, strings.Join(names, "\n"), strings.Join(Variables(), "\n"))
	}
}

// TestEachFieldHasAPlaceOfItsOwn: no two share a key, a variable or a value.
func TestEachFieldHasAPlaceOfItsOwn(t *testing.T) {
	var c Config
	seen := map[any]string{}
	for _, f := range fields {
		for _, id := range []any{"key " + f.key, "variable " + f.variable(), f.at(&c)} {
			if other, ok := seen[id]; ok {
				t.Errorf("%s and %s share %v", f.key, other, id)
			}
			seen[id] = f.key
		}
		if f.get(c) == nil {
			t.Errorf("%s has a type that get does not know", f.key)
		}
	}
}
