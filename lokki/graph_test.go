package lokki_test

import (
	"path"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/golden"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/picture"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// built returns the graph of a flow function, with positions without the folder,
// which depends on where the test runs.
func built[T any](t *testing.T, flow func() lokki.Flow[T]) graph.Graph {
	t.Helper()
	f, err := chain.BuildFunc(flow)
	if err != nil {
		t.Fatal(err)
	}
	g := f.Plan.Graph
	g.Position = path.Base(g.Position)
	for _, s := range f.Plan.Steps {
		s.Position = path.Base(s.Position)
	}
	for _, m := range f.Plan.Maps {
		m.Position = path.Base(m.Position)
	}
	return g
}

// TestGraphs builds flows and compares their graphs with golden files.
func TestGraphs(t *testing.T) {
	for name, g := range map[string]graph.Graph{
		"birds":    built(t, lokkitest.BirdsFlow),
		"words":    built(t, lokkitest.WordsFlow),
		"sequence": built(t, lokkitest.SequenceFlow),
	} {
		t.Run(name, func(t *testing.T) {
			data, err := graph.Encode(g)
			if err != nil {
				t.Fatal(err)
			}
			again, err := graph.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := graph.Encode(again); err != nil || string(b) != string(data) {
				t.Errorf("decoded and encoded again it differs: %v\n%s", err, b)
			}
			golden.Archive(t, filepath.Join("testdata", name+".txtar"), nil, []txtar.File{
				{Name: name + ".graph.json", Data: data},
				{Name: name + ".txt", Data: []byte(picture.Text(plan.New(g)))},
				{Name: name + ".mmd", Data: []byte(picture.Mermaid(plan.New(g)))},
			})
		})
	}
}
