package flowcheck

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
	"github.com/lokki-build/lokki/runner"
)

// The test's own binary is a flow's program if asked to be.
func TestMain(m *testing.M) {
	switch os.Getenv("FLOWCHECK_TEST_PROGRAM") {
	case "":
	case "crash":
		runner.Main(CrashFlow)
	default:
		runner.Main(lokkitest.BirdsFlow)
	}
	os.Setenv("FLOWCHECK_TEST_PROGRAM", "1")
	os.Exit(m.Run())
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCases runs birds and compares. The expectations are parts of the error.
func TestCases(t *testing.T) {
	for name, c := range map[string]struct {
		Case
		flags []string
		want  []string
	}{
		"the defaults": {Case{Expected: `"flappy goose, flappy duck, flappy seagull"`}, nil, nil},
		"an input":     {Case{Input: `{"count": 1}`, Expected: ` "flappy goose" `}, nil, nil},
		"files":        {Case{InputFile: file(t, `{"count": 1}`), ExpectedFile: file(t, "\"flappy goose\"\n")}, nil, nil},
		"flags":        {Case{Input: `{"count": 1}`, Expected: `"flappy goose"`}, []string{"--concurrency", "1"}, nil},
		"an error":     {Case{Input: `{"cuont": 1}`, ExpectedError: `did you mean "count"?`}, nil, nil},
		"another result": {Case{Input: `{"count": 1}`, Expected: `"flappy duck"`}, nil,
			[]string{"differs from what was expected", "\n-\"flappy duck\"\n+\"flappy goose\"\n", "hint: if the result is right, set this in //flows:birds_golden:\n    expected = '\"flappy goose\"',"}},
		"another result than a file's": {Case{Input: `{"count": 1}`, ExpectedFile: file(t, `["flappy duck"]`)}, nil,
			[]string{"differs from what was expected", "duck", "goose", "hint: if the result is right: bazel run //flows:birds_golden.update"}},
		"no file":          {Case{ExpectedFile: "none.json"}, nil, []string{"reading the expected result: open none.json"}},
		"an empty file":    {Case{ExpectedFile: file(t, "")}, nil, []string{"is not JSON: EOF", "hint: if the result is right: bazel run"}},
		"a failure":        {Case{Input: `{"cuont": 1}`, Expected: `"flappy goose"`}, nil, []string{"was expected to succeed, but failed with exit code 2", "cuont: no such field"}},
		"no failure":       {Case{ExpectedError: "boom"}, nil, []string{`expected to fail with "boom", but returned`, "flappy goose"}},
		"another failure":  {Case{Input: `{"cuont": 1}`, ExpectedError: "boom"}, nil, []string{`expected to fail with "boom", but failed with`, "cuont: no such field"}},
		"a usage error":    {Case{ExpectedError: "wings"}, []string{"--wings"}, []string{"ended with exit code 2 and no error of the flow", "-wings"}},
		"a flag it hasn't": {Case{Expected: `1`}, []string{"--wings"}, []string{"exit code 2", "-wings"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.Test, c.Program = "//flows:birds_golden", os.Args[0]
			o, err := c.Run(t.Context(), c.flags)
			if err != nil {
				t.Fatal(err)
			}
			err = c.Check(o)
			if (err == nil) != (c.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in\n%s", part, err)
				}
			}
		})
	}
}

// Values are compared, not bytes.
func TestSameValues(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a": 1, "b": [2]}`, `{"b":[2],"a":1}`, true},
		{`[1, 1.0, 10]`, `[1.0, 1, 1e1]`, true},
		{`0.1`, `0.10`, true},
		{`-0.0`, `0`, true},
		{`[0.05, -1.5]`, `[5e-2, -15e-1]`, true},
		{`100`, `1`, false},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`12345678901234567890.0`, `12345678901234567890`, true},
		{`1e999999999999`, `1`, false},
		{`1e400`, `1e400`, true},
		{`{"a": null}`, `{}`, false},
		{`[1, 2]`, `[2, 1]`, false},
		{`"1"`, `1`, false},
		{`null`, `null`, true},
		{`1`, `1 2`, false},
	} {
		err := Case{Expected: c.want}.Check(Outcome{Stdout: []byte(c.got)})
		if (err == nil) != c.same {
			t.Errorf("%s and %s: got %v", c.want, c.got, err)
		}
	}
}

func Crash(_ context.Context, how string) (string, error) {
	fmt.Println("boom")
	switch how {
	case "crash":
		go func() { panic("boom") }()
		select {}
	case "exit":
		os.Exit(1)
	}
	return "", errors.New("bang")
}

func CrashFlow() lokki.Flow[string] { return lokki.Start(Crash, "") }

// What a step or a crash prints isn't an error of the flow.
func TestOnlyTheFlowsError(t *testing.T) {
	t.Setenv("FLOWCHECK_TEST_PROGRAM", "crash")
	for how, want := range map[string]string{
		"crash": "ended with exit code 1 and no error of the flow",
		"exit":  "ended with exit code 1 and no error of the flow",
		"fail":  `expected to fail with "boom", but failed with`,
	} {
		c := Case{Program: os.Args[0], Input: fmt.Sprintf("%q", how), ExpectedError: "boom"}
		o, err := c.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", how, err, want)
		}
		c.ExpectedError = "bang"
		if err := c.Check(o); (err == nil) != (how == "fail") {
			t.Errorf("%s: got %v", how, err)
		}
	}
}

func TestKilled(t *testing.T) {
	err := Case{ExpectedError: "boom"}.Check(Outcome{Code: -1, Stderr: []byte("boom")})
	if err == nil || !strings.Contains(err.Error(), "ended with exit code -1") {
		t.Errorf("got %v", err)
	}
}

func TestSave(t *testing.T) {
	workspace := t.TempDir()
	c := Case{Test: "//flows:birds_golden", ExpectedFile: "birds.json"}
	path, err := c.Save(Outcome{Stdout: []byte(`{"b":[1.50],"a":{}}` + "\n")}, workspace)
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"b\": [\n    1.50\n  ],\n  \"a\": {}\n}\n"
	if data, err := os.ReadFile(path); err != nil || string(data) != want || filepath.Dir(path) != workspace {
		t.Errorf("%s: %q, %v", path, data, err)
	}
	for want, o := range map[string]Outcome{
		"no result to save":        {Code: 1, Stderr: []byte("boom")},
		"result is not JSON":       {Stdout: []byte("birds")},
		"no workspace to write to": {Stdout: []byte("1")},
	} {
		if _, err := c.Save(o, map[bool]string{true: workspace}[!strings.Contains(want, "workspace")]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestStarlark(t *testing.T) {
	for text, want := range map[string]string{`{"a":1}`: `'{"a":1}'`, `"it's"`: `"\"it's\""`, `"a\n"`: `"\"a\\n\""`} {
		if got := starlark(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestDecodeCase(t *testing.T) {
	for text, want := range map[string]string{
		`{"test":"//a:b","program":"p","expected":"1"}`:                              "",
		`{"test":"//a:b","program":"p"}`:                                             "0 expectations",
		`{"test":"//a:b","program":"p","expected":"1","expected_error":"boom"}`:      "2 expectations",
		`{"test":"//a:b","expected":"1"}`:                                            "no program",
		`{"test":"//a:b","program":"p","expected":"1","input":"1","input_file":"f"}`: "an input and a file",
		`{"test":"//a:b","program":"p","expected":"1","update":true}`:                "no file to update",
		`{"tset":"//a:b"}`: `unknown field "tset"`,
	} {
		if _, err := DecodeCase([]byte(text)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
