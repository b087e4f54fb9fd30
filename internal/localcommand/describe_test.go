package localcommand

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func TestDescribe(t *testing.T) {
	for _, c := range []struct {
		args   []string
		code   int
		stdout string // how it begins
		stderr string
	}{
		{nil, 0, "birds-flow: github.com/lokki-build/lokki/lokki/lokkitest.BirdsFlow (", ""},
		{[]string{"--format=text"}, 0, "birds-flow: ", ""},
		{[]string{"--format", "mermaid"}, 0, "flowchart TD\n", ""},
		{[]string{"--help"}, 0, "Draws the flow birds-flow", ""},
		{[]string{"--format", "svg"}, 2, "", "error: --format svg: want text or mermaid\nhint: flow_local describe --help lists the flags\n"},
		{[]string{"birds"}, 2, "", "error: unexpected argument \"birds\"\nhint: flow_local describe --help lists the flags\n"},
		{[]string{"-x"}, 2, "", "error: flag provided but not defined: -x\nhint: flow_local describe --help lists the flags\n"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := program(lokkitest.BirdsFlow).try(t.Context(), "", append([]string{"describe"}, c.args...)...)
			if got.code != c.code || !strings.HasPrefix(got.stdout, c.stdout) || (c.stdout == "") != (got.stdout == "") || got.stderr != c.stderr {
				t.Errorf("got  %d, %q, %q\nwant %d, %q…, %q", got.code, got.stdout, got.stderr, c.code, c.stdout, c.stderr)
			}
		})
	}
}
