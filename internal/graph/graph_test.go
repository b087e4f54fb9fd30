package graph

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/golden"
)

// TestProblems decodes invalid graphs and compares the problems with the golden
// files.
func TestProblems(t *testing.T) {
	golden.Cases(t, []string{"graph.json"}, func(t *testing.T, c *txtar.Archive) []txtar.File {
		if len(c.Files) == 0 || c.Files[0].Name != "graph.json" {
			t.Fatal("want graph.json")
		}
		_, err := Decode(c.Files[0].Data)
		if err == nil {
			t.Fatal("no problem was found")
		}
		return []txtar.File{{Name: "problems", Data: []byte(err.Error() + "\n")}}
	})
}

func birds() Graph {
	return Graph{
		Version: Version, Flow: "birds-flow", Function: "a/b.BirdsFlow", Position: "b.go:1",
		Result: "join-birds",
		Nodes: []Node{
			{Step: &Step{
				Name: "get-birds", Function: "a/b.GetBirds", Position: "b.go:2", Args: []Arg{{As: Input, Type: "map[string]<-chan"}},
				Out: "[]string", Defaults: json.RawMessage(`{"a":[1,"<&>"]}`),
			}},
			{Map: &Map{Name: "flap-bird", Over: "get-birds", Position: "b.go:3", Nodes: []Node{{Step: &Step{
				Name: "flap-bird", Function: "a/b.FlapBird", Position: "b.go:3", Args: []Arg{{As: Item, From: "flap-bird", Type: "string"}}, Out: "string",
			}}}}},
			{Step: &Step{
				Name: "join-birds", Function: "a/b.JoinBirds", Position: "b.go:4", Args: []Arg{{As: Results, From: "flap-bird", Type: "[]string"}}, Out: "string",
			}},
		},
	}
}

func TestEncodeThenDecode(t *testing.T) {
	data, err := Encode(birds())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(data), "{\n  \"version\": 2,\n") || !strings.HasSuffix(string(data), "}\n") || !strings.Contains(string(data), `"<&>"`) {
		t.Errorf("got %s", data)
	}
	g, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if want := birds(); !reflect.DeepEqual(g, want) {
		t.Errorf("got  %+v\nwant %+v", g, want)
	}
}

func TestEncodeRefusesWhatIsNotValid(t *testing.T) {
	g := birds()
	g.Nodes = g.Nodes[:2]
	if data, err := Encode(g); err == nil {
		t.Errorf("got %s", data)
	}
	g = birds()
	g.Version = 0
	if _, err := Encode(g); err == nil || !strings.HasPrefix(err.Error(), "the graph has version 0, this lokki reads version 2\nhint: ") {
		t.Errorf("got %v", err)
	}
	g = birds()
	g.Nodes[0].Step.Defaults = json.RawMessage("{")
	if _, err := Encode(g); err == nil || err.Error() != "b.go:2: step get-birds: the defaults are not valid JSON" {
		t.Errorf("got %v", err)
	}
}

func TestFunctionsThatBazelRefuses(t *testing.T) {
	g := birds()
	g.Function = "a/b.GrößeFlow"
	g.Nodes[1].Map.Nodes[0].Step.Function = "a/b.Éclair"
	want := `b.go:1: the flow function: the name "GrößeFlow" has characters other than the letters A to Z, digits and underscores` + "\n" +
		`b.go:3: step flap-bird: the function: the name "Éclair" has characters other than the letters A to Z, digits and underscores`
	if err := g.Validate(); err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// TestEveryMutationIsNoticed removes and repeats nodes of a valid graph: the
// result is no longer a flow.
func TestEveryMutationIsNoticed(t *testing.T) {
	for i := range birds().Nodes {
		g := birds()
		g.Nodes = slices.Delete(g.Nodes, i, i+1)
		if g.Validate() == nil {
			t.Errorf("without node %d it is valid", i)
		}
		g = birds()
		g.Nodes = slices.Insert(g.Nodes, i, g.Nodes[i])
		if g.Validate() == nil {
			t.Errorf("with node %d twice it is valid", i)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, err := Encode(birds())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Encode(g)
		if err != nil {
			t.Fatalf("decoded, but can't be encoded: %v", err)
		}
		if twice, err := Decode(again); err != nil || !reflect.DeepEqual(g, twice) {
			t.Errorf("got %+v, %v\nwant %+v", twice, err, g)
		}
	})
}
