package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// recorder is a test whose failures are recorded.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Errorf(format string, args ...any) { r.said += fmt.Sprintf(format, args...) }

func TestArchive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "case.txtar")
	const before = "A comment.\n-- in --\n1\n-- out --\ntwo\n-- gone --\n"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	compare := func(out string) string {
		r := &recorder{TB: t}
		Archive(r, path, []string{"in"}, []txtar.File{{Name: "out", Data: []byte(out)}})
		return r.said
	}
	said := compare("three\n")
	for _, part := range []string{path, "-two\n--- gone --\n+three\n", "-run '^TestArchive$' -update"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is not said: %s", part, said)
		}
	}
	*update = true
	said = compare("three\n")
	*update = false
	text, err := os.ReadFile(path)
	if want := "A comment.\n-- in --\n1\n-- out --\nthree\n"; said != "" || err != nil || string(text) != want {
		t.Errorf("updated to %q, %v; said %s", text, err, said)
	}
	if said := compare("three\n"); said != "" {
		t.Errorf("said of what is equal: %s", said)
	}
}

func TestANewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new")
	*update = true
	defer func() { *update = false }()
	File(t, path, nil)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
