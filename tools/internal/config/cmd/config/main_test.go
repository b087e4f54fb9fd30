package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

func TestPrint(t *testing.T) {
	layer, err := config.Parse("lokki.yml", []byte("prefix: birds\n"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := config.EncodeSettings(config.Settings(layer))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "birds_config.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for asJSON, want := range map[bool]string{false: "  birds        lokki.yml:1:9\n", true: "\"prefix\": {\n    \"value\": \"birds\",\n    \"source\": \"lokki.yml:1:9\""} {
		var b bytes.Buffer
		if err := print(&b, file, asJSON); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("no %q, %v, in\n%s", want, err, b.String())
		}
	}
	if err := print(&bytes.Buffer{}, file+".absent", false); err == nil || !strings.Contains(err.Error(), "reading the settings") {
		t.Errorf("without the settings: %v", err)
	}
}

func TestNotes(t *testing.T) {
	got := notes([]string{"HOME=/h", "LOKKI_PREFIX=x", "LOKKI_PREFX=x", "LOKKI_LAMBDA_DEFAULT_TIMEOUT=3", "LOKKI_REGISTRY=local", "LOKKI", "PREFIX=x"})
	want := []string{
		"LOKKI_PREFX is set but belongs to no field; did you mean LOKKI_PREFIX?",
		"LOKKI_LAMBDA_DEFAULT_TIMEOUT is set but belongs to no field; did you mean LOKKI_LAMBDA_DEFAULTS_TIMEOUT?",
	}
	if !slices.Equal(got, want) {
		t.Errorf("notes %q\nwant %q", got, want)
	}
}
