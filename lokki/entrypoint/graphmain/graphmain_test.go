package graphmain

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

const steps = `{"flow": "//flows:birds", "steps": [
  {"target": "//flows:get_birds", "function": "github.com/lokki-build/lokki/lokki/lokkitest.GetBirds", "architecture": "arm64"},
  {"target": "//flows:flap_bird", "function": "github.com/lokki-build/lokki/lokki/lokkitest.FlapBird", "architecture": "arm64"},
  {"target": "//flows:join_birds", "function": "github.com/lokki-build/lokki/lokki/lokkitest.JoinBirds", "architecture": "arm64"}]}`

// scheduled returns the manifest with a schedule that has the given input.
func scheduled(input string) string {
	return strings.TrimSuffix(steps, "}") + `, "schedules": [{"name": "daily", "rate": "1 day", "time_zone": "UTC", "input": ` + input + `}]}`
}

func build[T any](flow func() lokki.Flow[T]) func() (chain.Flow, error) {
	return func() (chain.Flow, error) {
		return chain.BuildFunc(flow)
	}
}

func PanickingFlow() lokki.Flow[string] { panic("no birds today") }
func EmptyFlow() lokki.Flow[string]     { return lokki.Flow[string]{} }

func DroppingFlow() lokki.Flow[string] {
	birds := lokki.Start(lokkitest.GetBirds, lokkitest.Input{Count: 3})
	lokki.Map(birds, lokkitest.FlapBird)
	return lokki.Then(birds, lokkitest.JoinBirds)
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	deadline := strings.TrimSuffix(steps, "}") + `, "timeout": 3600}`
	manifest := filepath.Join(dir, "birds.steps.json")
	out := filepath.Join(dir, "birds.graph.json")
	for name, c := range map[string]struct {
		build    func() (chain.Flow, error)
		manifest string
		args     []string
		code     int
		stderr   string // a part
	}{
		"the graph is written": {build(lokkitest.BirdsFlow), steps, []string{"-manifest", manifest, "-out", out}, 0, ""},
		"a deadline":           {build(lokkitest.BirdsFlow), deadline, []string{"-manifest", manifest, "-out", out}, 0, ""},
		"steps do not match": {build(lokkitest.BirdsFlow), strings.Replace(steps, "JoinBirds", "Join", 1), []string{"-manifest", manifest, "-out", out}, 1,
			"step join-birds: github.com/lokki-build/lokki/lokki/lokkitest.JoinBirds has no lokki_step in //flows:birds\nhint: "},
		"an input that fits": {build(lokkitest.BirdsFlow), scheduled(`{"count": 2}`), []string{"-manifest", manifest, "-out", out}, 0, ""},
		"an input that does not fit": {build(lokkitest.BirdsFlow), scheduled(`{"cuont": "<aws.scheduler.execution-id>"}`), []string{"-manifest", manifest, "-out", out}, 1,
			"//flows:birds: schedule \"daily\": the input does not fit lokkitest.Input:\ncuont: "},
		"an attribute of the wrong type": {build(lokkitest.BirdsFlow), scheduled(`{"count": "<aws.scheduler.attempt-number>"}`), []string{"-manifest", manifest, "-out", out}, 1,
			"//flows:birds: schedule \"daily\": the input does not fit lokkitest.Input:\ncount: "},
		"the flow has problems": {build(EmptyFlow), steps, []string{"-manifest", manifest, "-out", out}, 1, "the flow has no steps\nhint: "},
		"the flow drops a step": {build(DroppingFlow), steps, []string{"-manifest", manifest, "-out", out}, 1,
			"step flap-bird: the flow's result doesn't depend on it, so it would never run: after step get-birds the flow continues with step join-birds at "},
		"the flow panics": {build(PanickingFlow), steps, []string{"-manifest", manifest, "-out", out}, 1,
			"calling github.com/lokki-build/lokki/lokki/entrypoint/graphmain.PanickingFlow: panic: no birds today\n\ngoroutine "},
		"the manifest is wrong": {build(lokkitest.BirdsFlow), "{", []string{"-manifest", manifest, "-out", out}, 1, "birds.steps.json: decoding the steps manifest: "},
		"no manifest":           {build(lokkitest.BirdsFlow), steps, []string{"-manifest", out + "x", "-out", out}, 1, "reading the steps manifest: open "},
		"no folder":             {build(lokkitest.BirdsFlow), steps, []string{"-manifest", manifest, "-out", filepath.Join(out, "x")}, 1, "writing the graph: open "},
		"no flags":              {build(lokkitest.BirdsFlow), steps, nil, 2, "error: want -manifest FILE -out FILE"},
		"unknown flag":          {build(lokkitest.BirdsFlow), steps, []string{"-output", "x"}, 2, "flag provided but not defined: -output"},
		"an argument":           {build(lokkitest.BirdsFlow), steps, []string{"-manifest", manifest, "-out", out, "x"}, 2, "error: want"},
		"help":                  {build(lokkitest.BirdsFlow), steps, []string{"-help"}, 0, "-manifest file"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(manifest, []byte(c.manifest), 0o600); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			if code := run(c.build, c.args, &stderr); code != c.code {
				t.Errorf("exit code %d, want %d: %s", code, c.code, &stderr)
			}
			if !strings.Contains(stderr.String(), c.stderr) || c.stderr == "" && stderr.Len() > 0 {
				t.Errorf("got %q on standard error, want %q", &stderr, c.stderr)
			}
			data, err := os.ReadFile(out)
			if err == nil {
				os.Remove(out)
			}
			written := c.code == 0 && c.stderr == ""
			if g, decodeErr := graph.Decode(data); written != (err == nil && decodeErr == nil && g.Flow == "birds-flow" && (g.Timeout == 3600) == (c.manifest == deadline)) {
				t.Errorf("the graph: written %v: %v, %v", err == nil, decodeErr, err)
			}
		})
	}
}
