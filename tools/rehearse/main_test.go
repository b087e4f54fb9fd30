package rehearse

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/inputs"
)

var birds = Artifacts{
	Call:  "bazel run //flows:birds_rehearse --",
	Graph: birdsFlow(),
}

func birdsFlow() graph.Graph {
	g := flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds")
	g.Nodes[0].Step.Args[0].Type = "birds.Input"
	return g
}

// try runs the program, but never the flow.
func try(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	c := command{name: "birds_rehearse", stdin: strings.NewReader(""), stdout: &out, stderr: &err}
	code = c.rehearse(t.Context(), birds, args)
	return code, out.String(), err.String()
}

// TestWrongCalls checks that errors name the user's command, and that inputs
// are rejected as in the local run.
func TestWrongCalls(t *testing.T) {
	const help = "\nhint: bazel run //flows:birds_rehearse -- --help lists the flags\n"
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--nonsense"}, "error: flag provided but not defined: -nonsense" + help},
		{[]string{"--fail", "flap-brid@1"}, "error: \"flap-brid@1\": birds-flow has no step of this name\nhint: did you mean \"flap-bird\"?" + help},
	} {
		if code, stdout, stderr := try(t, c.args...); code != exitUsage || stdout != "" || stderr != c.want {
			t.Errorf("%q: %d, %q, got\n%s\nwant\n%s", c.args, code, stdout, stderr, c.want)
		}
	}
	type input struct {
		Count  int            `json:"count"`
		Labels map[string]int `json:"labels"`
	}
	for _, given := range []string{`{"count":1,"count":2}`, `{"labels":{"a":1,"a":2}}`, `{`, `{}{}`, "\ufeff{}", "{\"count\":\"\xff\"}"} {
		_, local := inputs.Merge([]byte("{}"), []byte(given), reflect.TypeFor[input]())
		first, _, _ := strings.Cut(local.Error(), "\ncount: want")
		want := "error: " + inputs.Misfit("birds.Input", errors.New(first)).Error() + "\n"
		if code, _, stderr := try(t, "--input", given); code != exitUsage || stderr != want {
			t.Errorf("%q: %d, got\n%s\nwant\n%s", given, code, stderr, want)
		}
	}
	if code, stdout, _ := try(t, "--help"); code != exitDone || !strings.Contains(stdout, "\nusage: bazel run //flows:birds_rehearse -- [flags]\n") {
		t.Errorf("--help: %d, %s", code, stdout)
	}
}

// TestLastLines checks what is written after an execution with --quiet.
func TestLastLines(t *testing.T) {
	failed := Report{
		Execution: "rehearsal-1", Failed: errors.New("birds.go:3: step flap-bird[1] (birds.FlapBird): errorString: no wings"),
		Unmet: []string{"--fail flap-bird@9 met no call"},
	}
	for _, c := range []struct {
		name        string
		o           Options
		r           Report
		interrupted bool
		code        int
		want        string
	}{
		{"failed", Options{}, failed, false, exitFailed,
			"warning: --fail flap-bird@9 met no call\nerror: execution rehearsal-1 failed: birds.go:3: step flap-bird[1] (birds.FlapBird): errorString: no wings\n" +
				"hint: --keep DIR keeps its logs and history, so that --redrive can continue it\n"},
		{"kept", Options{Keep: "/tmp/my runs"}, failed, false, exitFailed,
			"\nhint: its logs and history are in /tmp/my runs; to continue: bazel run //flows:birds_rehearse -- --redrive '/tmp/my runs'\n"},
		{"interrupted", Options{}, Report{Execution: "rehearsal-1", Failed: errors.New("interrupt signal received")}, true, exitFailed,
			"error: execution rehearsal-1 was interrupted: interrupt signal received\nhint: "},
		{"done", Options{}, Report{Result: []byte(`"geese"`), Unmet: []string{"--kill 0.1 met no invocation"}}, false, exitDone, "warning: --kill 0.1 met no invocation\n"},
	} {
		var stdout, stderr bytes.Buffer
		got := command{name: "birds_rehearse", stdout: &stdout, stderr: &stderr}.conclude(birds, c.o, c.r, c.interrupted)
		if got != c.code || !strings.Contains(stderr.String(), c.want) || (stdout.String() == "\"geese\"\n") != (c.code == exitDone) {
			t.Errorf("%s: %d, %q, got\n%s\nwant\n%s", c.name, got, stdout.String(), stderr.String(), c.want)
		}
	}
}
