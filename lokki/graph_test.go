package lokki_test

import (
	"flag"
	"os"
	"path"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/testflows"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/lokki/graph"
)

var update = flag.Bool("update", false, "save the graphs that were built as golden files")

// built is the graph of a flow function, its positions without the folder:
// that depends on where the test runs.
func built[T any](t *testing.T, flow func() lokki.Flow[T]) graph.Graph {
	t.Helper()
	f, err := chain.BuildFunc(flow, func() *chain.Node { return flow().Chain() })
	if err != nil {
		t.Fatal(err)
	}
	g := f.Graph
	g.Position = path.Base(g.Position)
	for i := range g.Nodes {
		g.Nodes[i].Position = path.Base(g.Nodes[i].Position)
	}
	return g
}

// TestGraphs builds flows and compares their graphs with golden files.
func TestGraphs(t *testing.T) {
	for name, g := range map[string]graph.Graph{
		"birds":    built(t, testflows.BirdsFlow),
		"words":    built(t, testflows.WordsFlow),
		"sequence": built(t, testflows.SequenceFlow),
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
			golden(t, name, ".graph.json", string(data))
			golden(t, name, ".txt", g.Text())
			golden(t, name, ".mmd", g.Mermaid())
		})
	}
}

// golden compares what is made of a flow with the golden file's entry for it.
func golden(t *testing.T, flow, kind, got string) {
	t.Helper()
	file := filepath.Join("testdata", flow+".txtar")
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	entry := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == flow+kind })
	if entry >= 0 && string(archive.Files[entry].Data) == got {
		return
	}
	if !*update {
		t.Errorf("%s differs in %s from what was made:\n%s\nif that is right: go test ./lokki -run TestGraphs -update", file, flow+kind, got)
		return
	}
	if entry < 0 {
		archive.Files = append(archive.Files, txtar.File{Name: flow + kind})
		entry = len(archive.Files) - 1
	}
	archive.Files[entry].Data = []byte(got)
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
