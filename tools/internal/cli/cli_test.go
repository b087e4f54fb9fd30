package cli_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/cli"
)

func TestExec(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		fail   error
		code   int
		stderr string
	}{
		{"done", []string{"-in", "a", "-out", "b"}, nil, 0, ""},
		{"failed", []string{"-in", "a", "-out", "b"}, errors.New("no birds"), 1, "no birds\n"},
		{"all missing flags", nil, nil, 2, "tool: -in is missing\ntool: -out is missing\n"},
		{"unknown flag", []string{"-inn", "a"}, nil, 2, "flag provided but not defined: -inn"},
		{"argument", []string{"-in", "a", "b"}, nil, 2, `unexpected argument "b"`},
		{"help", []string{"-help"}, nil, 0, "Usage of tool"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ran := false
			var stderr bytes.Buffer
			code := cli.Tool{
				Name:  "tool",
				Flags: func(fs *flag.FlagSet) { fs.String("in", "", ""); fs.String("out", "", "") },
				Needs: []string{"in", "out"},
				Run:   func(io.Writer) error { ran = true; return c.fail },
			}.Exec(c.args, &stderr)
			if code != c.code || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("exit code %d, stderr %q", code, stderr.String())
			}
			if want := c.name == "done" || c.name == "failed"; ran != want {
				t.Errorf("ran: %v", ran)
			}
		})
	}
}
