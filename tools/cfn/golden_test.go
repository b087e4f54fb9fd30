package cfn_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/lokki/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/config"
	"github.com/lokki-build/lokki/tools/images"
)

var update = flag.Bool("update", false, "write the results into the cases")

// A case has the inputs graph.json, steps.json and perhaps lokki.yml, then
// what is made of them: asl.json, images.json and template.yaml, or error.
var inputs = []string{"graph.json", "steps.json", "lokki.yml"}

func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases: ", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := txtar.Format(archive)
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return !slices.Contains(inputs, f.Name) })
			archive.Files = append(archive.Files, run(file(archive, "graph.json"), file(archive, "steps.json"), file(archive, "lokki.yml"))...)
			got := txtar.Format(archive)
			if bytes.Equal(got, want) {
				return
			}
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			t.Errorf("%s\nto accept it: go test ./tools/cfn -run TestGolden -update", firstDifference(want, got))
		})
	}
}

// run takes the way of the build: the files of one flow from its inputs.
func run(graphFile, steps, lokkiYML []byte) []txtar.File {
	in, list, err := generate(graphFile, steps, lokkiYML)
	if err == nil {
		var t cfn.Template
		if t, err = cfn.Generate(in); err == nil {
			return []txtar.File{
				{Name: "asl.json", Data: in.Definition},
				{Name: "images.json", Data: list},
				{Name: "template.yaml", Data: t.YAML},
			}
		}
	}
	return []txtar.File{{Name: "error", Data: []byte(err.Error() + "\n")}}
}

func generate(graphFile, steps, lokkiYML []byte) (in cfn.Input, list []byte, err error) {
	if in.Graph, err = graph.Decode(graphFile); err != nil {
		return in, nil, err
	}
	if in.Manifest, err = manifest.Decode(steps); err != nil {
		return in, nil, err
	}
	layer, err := config.Parse("lokki.yml", lokkiYML)
	if err != nil {
		return in, nil, err
	}
	in.Config = config.Resolve(layer)
	if in.Definition, err = asl.Generate(in.Graph); err != nil {
		return in, nil, err
	}
	if in.Images, err = images.New(in.Graph, in.Manifest, flowtest.Digests(in.Manifest)); err != nil {
		return in, nil, err
	}
	list, err = in.Images.Encode()
	return in, list, err
}

func file(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func firstDifference(want, got []byte) string {
	w, g := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d is\n\t%s\nwant\n\t%s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
