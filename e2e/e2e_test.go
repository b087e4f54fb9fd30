// Package e2e has the tests that call Bazel as a user does: they check
// reproducible builds, what an edit rebuilds, and what a person sees when a flow
// is wrong.
//
//	tools/bazel run //e2e:e2e_test
package e2e

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything is all that is built of each flow.
var everything = []string{"//flows:birds", "//flows/words", "//flows/invoice"}

func TestBuild(t *testing.T) {
	start := time.Now()
	w := newWorkspace(t, t.TempDir())
	w.build(t, everything...)
	t.Logf("cold build: %.1f s", time.Since(start).Seconds())

	t.Run("the same bytes in another folder", func(t *testing.T) {
		other := newWorkspace(t, filepath.Join(t.TempDir(), "a", "deeper", "folder"))
		other.build(t, everything...)
		compare(t, digests(t, w), digests(t, other))
	})

	t.Run("nothing to do", func(t *testing.T) {
		start := time.Now()
		ran := w.build(t, everything...)
		t.Logf("no-op build: %.2f s", time.Since(start).Seconds())
		delete(ran, "BazelWorkspaceStatusAction") // part of every build
		if len(ran) != 0 {
			t.Errorf("a second build ran %v", ran)
		}
	})

	t.Run("one step edited", func(t *testing.T) {
		before := digests(t, w)
		w.edit(t, "flows/birds.go", `"flappy " + bird`, `"flying " + bird`)
		start := time.Now()
		ran := w.build(t, "//flows:birds")
		total := 0
		for _, n := range ran {
			total += n
		}
		t.Logf("rebuild: %.1f s, %d actions: %v", time.Since(start).Seconds(), total, ran)

		after := digests(t, w)
		var changed []string
		for name := range maps.Keys(after) {
			if strings.HasSuffix(name, "_image/index.json") && after[name] != before[name] {
				changed = append(changed, name)
			}
		}
		if !slices.Equal(changed, []string{"flap_bird_image/index.json"}) {
			t.Errorf("the images %q changed, want flap_bird_image alone", changed)
		}
		for _, unchanged := range []string{"birds.graph.json", "birds.asl.json"} {
			if after[unchanged] != before[unchanged] {
				t.Errorf("%s changed", unchanged)
			}
		}
		if ran["LokkiLayer"] != 1 {
			t.Errorf("%d layers were packed, want 1", ran["LokkiLayer"])
		}
		if after["birds.template.yaml"] == before["birds.template.yaml"] {
			t.Error("the template lacks the new digest")
		}
	})

	t.Run("mistakes", func(t *testing.T) { testMistakes(t, w) })
	t.Run("local run", func(t *testing.T) { testLocalRun(t, w) })
	t.Run("settings", func(t *testing.T) { testSettings(t, w) })
}

func testMistakes(t *testing.T, w *workspace) {
	for _, test := range []struct {
		name, old, new string
		want           []string // parts of what the user sees
	}{
		{
			"missing", "        \":flap_bird\",\n", "",
			[]string{"flows.FlapBird", "//flows:birds", "flows/birds.go:", "hint:", "flap_bird"},
		},
		{
			"unused", "        \":flap_bird\",\n", "        \":flap_bird\",\n        \"//flows/invoice:price_order\",\n",
			[]string{":price_order runs", "invoice.PriceOrder", "//flows:birds", "hint: remove"},
		},
		{
			"twice", "        \":flap_bird\",\n", "        \":flap_bird\",\n        \":flap_again\",\n",
			[]string{"flows.FlapBird has two steps", "//flows:flap_bird and //flows:flap_again", "hint:"},
		},
		{
			"time of a schedule", "    name = \"birds\",\n", "    name = \"birds\",\n    schedule = lokki_schedule(cron = \"0 6 * * *\"),\n",
			[]string{"//flows:birds: the schedule: cron \"0 6 * * *\": 5 fields", "hint: Unix has no year"},
		},
		{
			"input of a schedule", "    name = \"birds\",\n", "    name = \"birds\",\n    schedule = lokki_schedule(rate = \"1 day\", input = {\"cuont\": 2}),\n",
			[]string{"//flows:birds: the schedule: the input does not fit birds.Input:", "cuont", "did you mean", "count"},
		},
		{
			"a letter", "    name = \"flap_bird\",\n", "    name = \"flap_bird\",\n    function = \"FläpBird\",\n",
			[]string{"//flows:flap_bird: function: the name \"FläpBird\" has characters other than the letters A to Z", "hint: rename the function"},
		},
		{
			"a dropped step", "\treturn lokki.Agg(flapped, JoinBirds)\n", "\tlokki.Then(birds, JoinBirds)\n\treturn lokki.Agg(flapped, JoinBirds)\n",
			[]string{"birds.go:", "step join-birds: the flow's result doesn't depend on it", "after step get-birds the flow continues with step flap-bird at ", "hint: "},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := "flows/BUILD.bazel"
			if test.name == "a dropped step" {
				file = "flows/birds.go"
			}
			if strings.Contains(test.new, "lokki_schedule") {
				w.edit(t, file, `"lokki_flow_test", `, `"lokki_flow_test", "lokki_schedule", `)
			}
			if test.name == "twice" {
				w.edit(t, "flows/BUILD.bazel", "lokki_flow(\n", `lokki_step(
    name = "flap_again",
    function = "FlapBird",
    library = ":birds_lib",
)

lokki_flow(
`)
			}
			w.edit(t, file, test.old, test.new)
			out := w.fails(t, "//flows:birds")
			for _, part := range test.want {
				if !strings.Contains(out, part) {
					t.Errorf("the message lacks %q:\n%s", part, out)
				}
			}
		})
	}
}

func testLocalRun(t *testing.T, w *workspace) {
	file := filepath.Join(t.TempDir(), "input.json")
	if err := os.WriteFile(file, []byte(`{"count": 1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		stdin  string
		args   []string
		stdout string
		code   int
		stderr []string // parts of it
	}{
		{"defaults", "", nil, `"flappy goose, flappy duck, flappy seagull"` + "\n", 0, []string{"get-birds", "flap-bird", "join-birds"}},
		{"input", "", []string{"--input", `{"count": 2}`}, `"flappy goose, flappy duck"` + "\n", 0, nil},
		{"input from a file", "", []string{"--input-file", file}, `"flappy goose"` + "\n", 0, nil},
		{"input from standard input", `{"count": 0}`, []string{"--input-file", "-"}, `""` + "\n", 0, nil},
		{"unknown field", "", []string{"--input", `{"cont": 2}`}, "", 2, []string{"cont", "count"}},
		{"wrong type", "", []string{"--input", `{"count": "two"}`}, "", 2, []string{"count"}},
		{"no JSON", "", []string{"--input", `{count: 2}`}, "", 2, []string{"not valid JSON"}},
		{"unknown flag", "", []string{"--inputs", `{}`}, "", 2, []string{"inputs"}},
		{"a failing step", "", []string{"--input", `{"count": 4}`}, "", 1, []string{"get-birds", "count is 4; there are 0 to 3 birds"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdout, stderr, code := w.run(t, test.stdin, "//flows:birds_local", test.args...)
			if stdout != test.stdout {
				t.Errorf("standard output is %q, want %q", stdout, test.stdout)
			}
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, part := range test.stderr {
				if !strings.Contains(stderr, part) {
					t.Errorf("standard error lacks %q:\n%s", part, stderr)
				}
			}
		})
	}
}

// digests hashes the build's outputs: the files for deployment, and the images'
// files.
func digests(t *testing.T, w *workspace) map[string]string {
	t.Helper()
	bin := filepath.Join(w.project, "examples", "bazel-bin", "flows")
	sums := map[string]string{}
	err := filepath.WalkDir(bin, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(bin, path)
		if err != nil {
			return err
		}
		inPackage := slices.Contains([]string{".", "words", "invoice"}, filepath.Dir(rel))
		deployed := inPackage && (strings.HasSuffix(rel, ".json") || strings.HasSuffix(rel, ".yaml") || strings.HasSuffix(rel, ".tar.gz"))
		image := strings.Contains(rel, "_image/")
		if d.IsDir() || !deployed && !image {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sums[rel] = fmt.Sprintf("%x", sha256.Sum256(data))
		return nil
	})
	if err != nil {
		t.Fatalf("reading what was built: %v", err)
	}
	for _, name := range []string{"birds.template.yaml", "words/words.template.yaml", "invoice/invoice.template.yaml"} {
		if sums[name] == "" {
			t.Fatalf("%s is missing from what was built", name)
		}
	}
	return sums
}

// compare wants the same files with the same content.
func compare(t *testing.T, want, got map[string]string) {
	t.Helper()
	if len(want) < 20 {
		t.Errorf("only %d files are compared", len(want))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s differs", name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files here, %d there", len(want), len(got))
	}
}
