package cli_test

import (
	"bytes"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/cli"
)

func TestVerbs(t *testing.T) {
	var ran string
	verb := func(name string, err error) cli.Tool {
		return cli.Tool{
			Name: name, Does: "makes " + name, Needs: []string{"out"},
			Flags: func(fs *flag.FlagSet) { fs.String("out", "", "") },
			Run:   func(io.Writer) error { ran = name; return err },
		}
	}
	verbs := cli.Verbs{verb("asl", nil), verb("cfn", cli.Exit(7))}
	const list = "usage: tool VERB FLAGS, where VERB is\n  asl           makes asl\n  cfn           makes cfn\n"
	for _, c := range []struct {
		args   []string
		ran    string
		code   int
		stderr string
	}{
		{[]string{"asl", "-out", "a"}, "asl", 0, ""},
		{[]string{"cfn", "-out", "a"}, "cfn", 7, ""}, // the program that it ran has said why
		{[]string{"asl"}, "", 2, "asl: -out is missing\n"},
		{[]string{"als", "-out", "a"}, "", 2, "tool: \"als\" is not a verb\n" + list},
		{nil, "", 2, "tool: \"\" is not a verb\n" + list},
		{[]string{"-help"}, "", 0, list},
	} {
		ran = ""
		var stderr bytes.Buffer
		if code := verbs.Exec("tool", c.args, &stderr); code != c.code || ran != c.ran || stderr.String() != c.stderr {
			t.Errorf("%q: exit code %d, ran %q, stderr %q", strings.Join(c.args, " "), code, ran, stderr.String())
		}
	}
}
