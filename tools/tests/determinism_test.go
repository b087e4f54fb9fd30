package tests

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
)

// TestTheSameBytesEverywhere runs the tools in two folders, with absolute and
// relative paths, for two users with different homes, settings, time zones and
// languages, and with the steps in another order.
func TestTheSameBytesEverywhere(t *testing.T) {
	tool := buildtool(t)
	for _, c := range []struct {
		name  string
		graph graph.Graph
	}{
		{"words", flowtest.Chain("WordsFlow", "start ListTexts", "map SplitText", "map CountLetters", "agg SumWords", "agg SumTexts", "then Report")},
		{"random", flowtest.Random(3)},
		{"another", flowtest.Random(11)},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := newPlace(t, c.graph, 0, place{folder: t.TempDir(),
				env: []string{"HOME=/root", "USER=root", "TZ=UTC", "LANG=C", "GOMAXPROCS=1"}})
			want := first.files(t, tool, targets(c.graph))

			home := t.TempDir()
			write(t, filepath.Join(home, ".lokki", "lokki.yml"), "lambda_defaults: {memory: 10240}\n")
			folder := filepath.Join(t.TempDir(), "a", "deeper folder")
			second := newPlace(t, c.graph, 1, place{folder: folder, relative: true,
				env: []string{"HOME=" + home, "USER=somebody", "LOGNAME=somebody", "TZ=Asia/Kathmandu", "LANG=tr_TR.UTF-8", "TMPDIR=" + home}})
			for name, text := range second.files(t, tool, targets(c.graph)) {
				if text != want[name] {
					t.Errorf("%s differs in another place", name)
				}
				for _, trace := range []string{first.folder, folder, home, "somebody"} {
					if strings.Contains(text, trace) || strings.Contains(want[name], trace) {
						t.Errorf("%s holds %q", name, trace)
					}
				}
			}
			for range 18 { // with the two above, 20 runs
				for name, text := range first.files(t, tool, targets(c.graph)) {
					if text != want[name] {
						t.Errorf("%s differs in another run", name)
					}
				}
			}
		})
	}
}

// newPlace writes the inputs; the order of the steps depends on the seed.
func newPlace(t *testing.T, g graph.Graph, seed uint64, p place) place {
	t.Helper()
	m := flowtest.Manifest(g)
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(m.Steps), func(i, j int) { m.Steps[i], m.Steps[j] = m.Steps[j], m.Steps[i] })
	for name, value := range map[string]any{"flow.graph.json": g, "flow.steps.json": m} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(p.folder, name), string(data))
	}
	for target, digest := range flowtest.Digests(m) {
		write(t, filepath.Join(p.folder, digestFile(target)), digest)
	}
	write(t, filepath.Join(p.folder, "lokki.yml"), "lambda_env: {BB: two, AA: one, CC: three}\n")
	return p
}

func targets(g graph.Graph) []string {
	var all []string
	for _, s := range flowtest.Manifest(g).Steps {
		all = append(all, s.Target)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
