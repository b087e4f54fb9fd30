package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFirstMirror(t *testing.T) {
	for _, test := range []struct{ name, targets, want string }{
		{"archive after security", "http://mirror.test/debian-security/ stable-security bookworm-security\nhttp://mirror.test/debian/ stable bookworm\n", "http://mirror.test/debian/"},
		{"third party", "https://apt.example.test/tools/ stable stable\n", ""},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := firstMirror(test.targets); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, test := range []struct{ name, content, wantErr string }{
		{"one place", "a b c", ""},
		{"none: the file has another version", "a c", "has 0 places"},
		{"two: which one is meant?", "b b", "has 2 places"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			err := edit(path, "b", "B")
			if test.wantErr == "" {
				if got, _ := os.ReadFile(path); err != nil || string(got) != "a B c" {
					t.Errorf("got %q, %v", got, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got error %v, want one with %q", err, test.wantErr)
			}
		})
	}
}
