package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/launch"
	"github.com/lokki-build/lokki/tools/internal/config"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	dir := t.TempDir()
	yml, out := filepath.Join(dir, "lokki.yml"), filepath.Join(dir, "birds_config.json")
	write(t, yml, "prefix: birds\n")
	var stderr bytes.Buffer
	if code := configVerb().Exec([]string{"-project", yml, "-out", out}, &stderr); code != 0 {
		t.Fatalf("exit code %d, %s", code, &stderr)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.DecodeSettings(data)
	if err != nil || !strings.Contains(string(data), `"source": "lokki.yml:1:9"`) {
		t.Errorf("settings %v, %v", settings, err)
	}
	if code := configVerb().Exec([]string{"-project", yml + ".absent", "-out", out}, &stderr); code != 1 || !strings.Contains(stderr.String(), "reading the configuration") {
		t.Errorf("an absent file: exit code %d, %s", code, &stderr)
	}
}

// TestGraph runs this test's own program in place of a flow's.
func TestGraph(t *testing.T) {
	dir := t.TempDir()
	env, out := filepath.Join(dir, "env.json"), filepath.Join(dir, "graph.json")
	write(t, env, `{"env": {"BIRD": "goose", "LOKKI_TEST_FLOW": "yes"}, "notes": ["BIRD differs"]}`)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for manifest, want := range map[string]int{"0": 0, "2": 2} {
		var stderr bytes.Buffer
		code := graphVerb().Exec([]string{"-program", self, "-environment", env, "-manifest", manifest, "-out", out}, &stderr)
		if code != want || stderr.String() != "note: BIRD differs\n" {
			t.Errorf("exit code %d, want %d; %s", code, want, &stderr)
		}
		if data, err := os.ReadFile(out); err != nil || string(data) != "-manifest "+manifest+" -out "+out+" for goose" {
			t.Errorf("the program got %q, %v", data, err)
		}
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("LOKKI_TEST_FLOW") == "" {
		os.Exit(m.Run())
	}
	p := launch.Enter()
	if err := os.WriteFile(p.Args[3], []byte(strings.Join(p.Args, " ")+" for "+os.Getenv("BIRD")), 0o600); err != nil {
		p.Fail(err)
	}
	p.Exit(int(p.Args[1][0] - '0'))
}
