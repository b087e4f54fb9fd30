package lambdastep

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestLinked searches this test's binary, which has everything that a step's has:
// the table of functions, which is never stripped, contains package names.
func TestLinked(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// With : for /, so that the search doesn't find this list.
	for name, want := range map[string]bool{
		"github.com:aws:aws-sdk-go-v2:service:s3.": true, // otherwise the test finds nothing at all
		"time:tzdata.":                               true,
		"github.com:aws:aws-sdk-go-v2:config.":       false,
		"github.com:aws:aws-sdk-go-v2:feature:":      false,
		"github.com:aws:aws-sdk-go-v2:service:sts.":  false,
		"github.com:versity:versitygw:":              false,
		"github.com:google:go-containerregistry:":    false,
		"github.com:lokki-build:lokki:internal:s3se": false,
		"github.com:lokki-build:lokki:lokki.":        false, // a step that is in no flow's package
		"github.com:lokki-build:lokki:tools:":        false,
	} {
		name = strings.ReplaceAll(name, ":", "/")
		if found := bytes.Contains(binary, []byte(name)); found != want {
			t.Errorf("%s is linked: %v, want %v", name, found, want)
		}
	}
}
