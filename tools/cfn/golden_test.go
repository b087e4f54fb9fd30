package cfn_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/golden"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// A case has the inputs graph.json, steps.json and optionally lokki.yml, then
// the outputs: asl.json, images.json and template.yaml, or error.
var inputs = []string{"graph.json", "steps.json", "lokki.yml"}

func TestGolden(t *testing.T) {
	golden.Cases(t, inputs, func(_ *testing.T, archive *txtar.Archive) []txtar.File {
		return run(file(archive, "graph.json"), file(archive, "steps.json"), file(archive, "lokki.yml"))
	})
}

// run does what the build does: it makes the files of one flow from its inputs.
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
