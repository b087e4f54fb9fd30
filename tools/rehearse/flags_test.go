package rehearse

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/progress"
)

func TestParse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(file, []byte(`{"count": 3}`), 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	c := command{name: "birds_rehearse", stdin: strings.NewReader(`{"count": 1}`), stderr: &stderr}
	with := func(change func(*Options)) Options {
		o := Options{Parameters: map[string]string{}, Concurrency: c.concurrency(), Backoff: 1, Progress: &stderr, Faults: Faults{Seed: 1}}
		change(&o)
		return o
	}
	for args, want := range map[string]Options{
		"":                                 with(func(o *Options) {}),
		`--input {"count":2}`:              with(func(o *Options) { o.Input = []byte(`{"count":2}`) }),
		"--input-file " + file:             with(func(o *Options) { o.Input = []byte(`{"count": 3}`) }),
		"--input-file -":                   with(func(o *Options) { o.Input = []byte(`{"count": 1}`) }),
		"--parameter A=1 --parameter B=x=": with(func(o *Options) { o.Parameters = map[string]string{"A": "1", "B": "x="} }),
		"--lambdas 10":                     with(func(o *Options) { o.Faults.Lambdas = 10 }),
		"--quiet --backoff 0":              with(func(o *Options) { o.Progress, o.Backoff = nil, 0 }),
		"--json --concurrency 3":           with(func(o *Options) { o.Form, o.Concurrency = progress.JSON, 3 }),
		"--redrive /tmp/run":               with(func(o *Options) { o.Keep, o.Redrive = "/tmp/run", true }),
		"--fail flap-bird@3 --fail join --fail-rate 0.1 --throttle 0.2 --kill 0.3 --slow 5ms --s3-errors 0.4 --seed 7": with(func(o *Options) {
			o.Faults = Faults{
				Fail:     []Call{{Step: "flap-bird", Index: []int{3}}, {Step: "join"}},
				FailRate: 0.1, Throttle: 0.2, Kill: 0.3, Slow: 5 * time.Millisecond, S3Errors: 0.4, Seed: 7,
			}
		}),
	} {
		c.stdin = strings.NewReader(`{"count": 1}`)
		if got, _, err := c.parse(strings.Fields(args)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", args, got, err, want)
		}
	}
	for args, want := range map[string]string{
		"--nonsense":                   "flag provided but not defined",
		"birds":                        `unexpected argument "birds"`,
		"--input  ":                    "flag needs an argument",
		"--input {} --input-file -":    "--input and --input-file exclude each other",
		"--keep a --redrive b":         "--keep and --redrive exclude each other",
		"--input {} --redrive b":       "--input and --redrive exclude each other",
		"--input-file /no/such/file":   "reading --input-file: ",
		"--parameter A":                "want NAME=VALUE",
		"--fail @3":                    "no step",
		"--lambdas 0":                  "want 1 or more",
		"--lambdas 2 --concurrency 3":  "--concurrency and --lambdas exclude each other",
		"--fail-rate 2":                "fail rate 2: want a share from 0 to 1",
		"--concurrency 0 --backoff -1": "concurrency 0: want 1 or more\nbackoff -1: want 0 or more",
	} {
		if _, _, err := c.parse(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
	if _, _, err := c.parse([]string{"--input", " "}); err == nil || err.Error() != "the input is empty" {
		t.Errorf("an empty input: %v", err)
	}
	if _, help, _ := c.parse([]string{"--help"}); !help {
		t.Error("--help is not taken for that")
	}
}

func TestAKeptRunIsNotOverwritten(t *testing.T) {
	folder := t.TempDir()
	first, err := begin("birds-flow", Options{Keep: folder, Input: []byte(` {"count":2}`)})
	if err != nil || string(first.Input) != `{"count":2}` {
		t.Fatalf("%+v, %v", first, err)
	}
	if _, err := begin("birds-flow", Options{Keep: folder}); err != nil {
		t.Errorf("what was not noted is in the way: %v", err)
	}
	if err := first.note(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := begin("birds-flow", Options{Keep: folder}); err == nil || !strings.Contains(err.Error(), "has an execution already") {
		t.Errorf("another one: %v", err)
	}
	again, err := begin("birds-flow", Options{Keep: folder, Redrive: true})
	if err != nil || again.Name != first.Name {
		t.Errorf("redriven: %+v, %v", again, err)
	}
	if _, err := begin("words-flow", Options{Keep: folder, Redrive: true}); err == nil || !strings.Contains(err.Error(), "not of words-flow") {
		t.Errorf("another flow: %v", err)
	}
	if _, err := begin("birds-flow", Options{Keep: t.TempDir(), Redrive: true}); err == nil || !strings.Contains(err.Error(), "hint: give the folder") {
		t.Errorf("nothing kept: %v", err)
	}
}
