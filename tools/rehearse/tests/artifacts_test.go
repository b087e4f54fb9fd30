package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bazelbuild/rules_go/go/runfiles"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/lambdahost/imagetest"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
	"github.com/lokki-build/lokki/tools/rehearse"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "images")
	if err != nil {
		panic(err)
	}
	imageFolder = folder
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

var imageFolder string

// image is the single image that all functions of the tests' flows run.
var image = sync.OnceValues(func() (built struct{ folder, digest string }, err error) {
	program, err := worker()
	if err != nil {
		return built, err
	}
	// As with the base attribute of lokki_step: a base with a working folder and
	// an environment, and the program on top of it.
	config := v1.Config{Entrypoint: []string{"/lokki/step"}, Cmd: []string{"serve"}, WorkingDir: "/work", Env: []string{"NOTES=notes.txt"}}
	built.folder = filepath.Join(imageFolder, "layout")
	built.digest, err = imagetest.Write(built.folder, config,
		imagetest.File{Name: "work/notes.txt", Data: []byte("of the base")}, imagetest.File{Name: "lokki/step", Data: program})
	return built, err
})

// worker is the static program of the functions: built by Bazel, or here.
func worker() ([]byte, error) {
	if path, err := runfiles.Rlocation("_main/tools/rehearse/tests/worker/worker_/worker"); err == nil {
		return os.ReadFile(path)
	}
	path := filepath.Join(imageFolder, "worker")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", path, "./worker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the worker: %w\n%s", err, out)
	}
	return os.ReadFile(path)
}

// artifacts builds what Bazel builds for a flow.
func artifacts[T any](t testing.TB, flow lokki.Flow[T], c config.Config, schedules ...schedule.Schedule) rehearse.Artifacts {
	t.Helper()
	built, err := chain.Build(flow)
	if err != nil {
		t.Fatal(err)
	}
	return artifactsOf(t, built.Plan.Graph, c, schedules...)
}

func artifactsOf(t testing.TB, g graph.Graph, c config.Config, schedules ...schedule.Schedule) rehearse.Artifacts {
	t.Helper()
	img, err := image()
	if err != nil {
		t.Fatal(err)
	}
	a := rehearse.Artifacts{Flow: "//trees:flow", File: "trees.template.yaml", Graph: g}
	m := manifest.Manifest{Flow: a.Flow, Schedules: schedules}
	digests := map[string]string{}
	for _, f := range plan.New(g).Functions() {
		name := f.Symbol[strings.LastIndexByte(f.Symbol, '.')+1:]
		target := "//trees:" + name
		m.Steps = append(m.Steps, manifest.Step{
			Target: target, Function: f.Symbol, Architecture: runtime.GOARCH, Env: map[string]string{"TREES_STEP": name},
		})
		digests[target] = img.digest
		a.Steps = append(a.Steps, rehearse.Step{Target: target, Image: img.folder, Architecture: runtime.GOARCH, Rehearsal: runtime.GOARCH})
	}
	slices.SortFunc(m.Steps, func(a, b manifest.Step) int { return strings.Compare(a.Target, b.Target) })
	if a.Images, err = images.New(g, m, digests); err != nil {
		t.Fatal(err)
	}
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	template, err := cfn.Generate(cfn.Input{Graph: g, Definition: definition, Images: a.Images, Manifest: m, Config: c})
	if err != nil {
		t.Fatal(err)
	}
	a.Template = template.YAML
	return a
}
