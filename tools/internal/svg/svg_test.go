package svg

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/golden"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

func draw(t *testing.T, g graph.Graph) []byte {
	t.Helper()
	picture, err := Draw(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// nested is a map in a map, with options and a type that needs escaping.
func nested() graph.Graph {
	g := flowtest.Chain("WordsFlow", "start SplitTexts", "map SplitWords", "map CountWord", "then Double", "agg SumWords", "agg SumTexts")
	inner, steps := flowtest.Maps(g)[1], g.Steps()
	inner.Batch, inner.Concurrency, steps[2].Timeout = 100, 8, 30
	steps[3].Retry = []graph.Retry{{Errors: []string{"Throttled"}, Interval: 2, Rate: 1.5, Attempts: 3, Cap: 60}}
	steps[3].Out = "struct { A map[string]<-chan *int \"json:\\\"a&amp;\\\"\"; B `x` }"
	return g
}

func TestGolden(t *testing.T) {
	for name, g := range map[string]graph.Graph{
		"birds": flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds"),
		"words": nested(),
	} {
		t.Run(name, func(t *testing.T) {
			got := draw(t, g)
			golden.File(t, filepath.Join("testdata", name+".svg"), got)
			if again := draw(t, g); !bytes.Equal(got, again) {
				t.Error("drawn again it differs")
			}
		})
	}
}

// shape is a box or a line of a picture, with the class of its group.
type shape struct {
	class          string
	x0, y0, x1, y1 float64
}

var numbers = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?`)

// parse reads the boxes of steps and maps, the ends of arrows, texts and
// tooltips of a picture.
func parse(t *testing.T, picture []byte) (shapes []shape, texts, titles []string) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	var classes []string
	inText := false
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return shapes, texts, titles
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, picture)
		}
		switch e := token.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			switch e.Name.Local {
			case "g":
				class := attr["class"]
				if class == "" { // of a tooltip
					class = classes[len(classes)-1]
				}
				classes = append(classes, class)
			case "a":
				titles = append(titles, attr["title"])
			case "path":
				shapes = append(shapes, bounds(classes[len(classes)-1], attr["d"]))
			case "text":
				inText = true
				texts = append(texts, "")
			}
		case xml.CharData:
			if inText {
				texts[len(texts)-1] += string(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "g":
				classes = classes[:len(classes)-1]
			case "text":
				inText = false
			}
		}
	}
}

func bounds(class, path string) shape {
	s := shape{class: class, x0: 1e9, y0: 1e9, x1: -1e9, y1: -1e9}
	all := numbers.FindAllString(path, -1)
	for i := 0; i+1 < len(all); i += 2 {
		x, _ := strconv.ParseFloat(all[i], 64)
		y, _ := strconv.ParseFloat(all[i+1], 64)
		s.x0, s.x1, s.y0, s.y1 = min(s.x0, x), max(s.x1, x), min(s.y0, y), max(s.y1, y)
	}
	return s
}

func (s shape) holds(other shape) bool {
	return s.x0 < other.x0 && s.y0 < other.y0 && s.x1 > other.x1 && s.y1 > other.y1
}

// In any picture the steps are below each other in data order, each map's box
// holds exactly the steps and boxes of that map, and all names and types are
// readable.
func TestPictures(t *testing.T) {
	graphs := []graph.Graph{nested(), flowtest.Chain("OneFlow", "start One")}
	var calls []string
	for i := range 29 {
		calls = append(calls, fmt.Sprint("then Step", i))
	}
	graphs = append(graphs, flowtest.Chain("LongFlow", append([]string{"start First"}, calls...)...))
	for seed := range uint64(40) {
		graphs = append(graphs, flowtest.Random(seed))
	}
	for i, g := range graphs {
		picture, p := draw(t, g), plan.New(g)
		shapes, texts, titles := parse(t, picture)
		var steps, maps []shape
		for _, s := range shapes {
			switch {
			case s.class == "node":
				steps = append(steps, s)
			case strings.HasPrefix(s.class, "cluster map"):
				maps = append(maps, s)
			}
		}
		if len(steps) != len(p.Steps) {
			t.Fatalf("graph %d: %d boxes for %d steps", i, len(steps), len(p.Steps))
		}
		opened := map[string]shape{}
		for k, n := range p.Steps {
			if k > 0 && steps[k].y0 <= steps[k-1].y1 {
				t.Errorf("graph %d: %s is beside or above %s", i, n.Name, p.From(n).Name)
			}
			if n.Opens != nil {
				if len(opened) == len(maps) {
					t.Fatalf("graph %d: %d boxes, and a map at %s", i, len(maps), n.Name)
				}
				opened[n.Name] = maps[len(opened)]
			}
			for name, box := range opened {
				if inside := slices.Contains(n.Scope(), name); box.holds(steps[k]) != inside {
					t.Errorf("graph %d: %s in the box of %s: want %v", i, n.Name, name, inside)
				}
			}
			if !slices.Contains(texts, n.Name) || !slices.Contains(titles, n.Function) || !slices.Contains(titles, n.Out) && (k+1 == len(p.Steps) || p.Steps[k+1].Closes == nil) {
				t.Errorf("graph %d: no %s, %s or %s in %q, %q", i, n.Name, n.Function, n.Out, texts, titles)
			}
		}
		if len(opened) != len(maps) {
			t.Errorf("graph %d: %d boxes for %d maps", i, len(maps), len(opened))
		}
	}
}
