package interpreter_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

var substitution = regexp.MustCompile(`\$\{[A-Za-z0-9]+\}`)

// TestLoadsWhatIsDeployed loads the state machines that the tools generate,
// with values for their substitutions.
func TestLoadsWhatIsDeployed(t *testing.T) {
	cases, err := filepath.Glob("../../cfn/testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases: are they data of the test? ", err)
	}
	loaded := 0
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if f.Name != "asl.json" {
				continue
			}
			loaded++
			definition := substitution.ReplaceAllStringFunc(string(f.Data), func(name string) string {
				switch name {
				case "${LambdaInvoke}":
					return "arn:aws:states:::lambda:invoke"
				case "${Partition}":
					return "aws"
				}
				return strings.Trim(name, "${}")
			})
			if _, err := interpreter.Load([]byte(definition)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if loaded < 5 {
		t.Errorf("only %d state machines", loaded)
	}
}

// TestNothingOfTheEmitter makes sure that the interpreter is written from the
// specification: it couldn't find errors in code that it shared with the
// emitter.
func TestNothingOfTheEmitter(t *testing.T) {
	files, err := filepath.Glob("*.go")
	inner, innerErr := filepath.Glob("*/*.go")
	files = append(files, inner...)
	if err != nil || innerErr != nil || len(inner) == 0 {
		t.Fatal("no sources: are they data of the test? ", err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			own, ok := strings.CutPrefix(path, "github.com/lokki-build/lokki/")
			if ok && own != "internal/suggest" && own != "internal/awslimits" && !strings.HasPrefix(own+"/", "tools/rehearse/interpreter/") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

func TestDefinitionLimit(t *testing.T) {
	long := `{"Comment": "` + strings.Repeat("x", 1<<20) + `"}`
	if _, err := interpreter.Load([]byte(long)); err == nil || !strings.Contains(err.Error(), "1048576 are allowed") {
		t.Errorf("a definition of %d bytes: %v", len(long), err)
	}
}

func FuzzLoad(f *testing.F) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "machine.json" {
				f.Add(file.Data)
			}
		}
	}
	f.Add([]byte(`{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":null}}}`))
	f.Fuzz(func(t *testing.T, definition []byte) {
		m, err := interpreter.Load(definition)
		if (m == nil) == (err == nil) {
			t.Fatalf("machine %v, error %v", m, err)
		}
	})
}

func FuzzExpression(f *testing.F) {
	for _, text := range []string{"$.a[?(@.b == 1)]", "$..*", "States.Format('{}\\'', $['a'])", "$$.State", "States.Array(States.UUID(), -1.5e3)"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		// Whatever the text is, it is rejected or runs, without a panic.
		m, err := interpreter.Load([]byte(`{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Parameters":{"x.$":` + string(quoted) + `}}}}`))
		if err != nil {
			return
		}
		env := interpreter.Env{Name: "run", Machine: machineARN, Lambda: echo{}, Input: []byte(`{"a": [{"b": 1}, "c", {"d": {"b": null}}]}`)}
		_, _ = m.Execute(t.Context(), env)
	})
}
