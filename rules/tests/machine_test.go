package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/asl/asltest"
)

// cloud is an S3 server and a Lambda for each image.
type cloud struct {
	t         *testing.T
	folder    string // of the unpacked images
	s3        *s3server.Server
	values    store.Store
	functions map[string]*lambdahost.Host // by target

	executions int
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	s3 := s3test.Start(t, asltest.Bucket)
	c := &cloud{t: t, folder: t.TempDir(), s3: s3, values: s3store.New(s3.Client(), asltest.Bucket), functions: map[string]*lambdahost.Host{}}
	t.Cleanup(func() {
		for _, f := range c.functions {
			f.Close()
		}
	})
	return c
}

// function unpacks the image of a step, which runs as a user that is unknown in the
// image.
func (c *cloud) function(target string) (*lambdahost.Host, error) {
	if f := c.functions[target]; f != nil {
		return f, nil
	}
	root := filepath.Join(c.folder, target)
	if err := os.Mkdir(root, 0o755); err != nil {
		return nil, err
	}
	image, err := lambdahost.Unpack(filepath.Join("steps", target+"_image"), root)
	if err != nil {
		return nil, err
	}
	config := lambdahost.Config{
		Name:    target,
		Command: image.Command,
		Env:     append(append(image.Env, c.s3.Env()...), "LOKKI_ARTIFACT_BUCKET="+asltest.Bucket),
		Sandbox: &lambdahost.Sandbox{Root: image.Root},
		Log:     c.t.Output(),
	}
	if os.Geteuid() != 0 { // without namespaces the binary runs outside its root
		config.Sandbox = nil
		config.Command = append([]string{filepath.Join(image.Root, image.Command[0])}, image.Command[1:]...)
	}
	f, err := lambdahost.New(config)
	if err != nil {
		return nil, err
	}
	c.functions[target] = f
	return f, nil
}

// execute runs a flow's state machine and returns the stored result. The innermost map has
// batches of a given size.
func (c *cloud) execute(t *testing.T, flow string, batch int, input string) int {
	t.Helper()
	g := readGraph(t, flow)
	if maps := plan.New(g).Maps; len(maps) > 0 {
		maps[len(maps)-1].Batch = batch
	}
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := asltest.Load(definition)
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]string{}
	for _, f := range plan.New(g).Functions() {
		targets["${"+f.Substitution()+"}"] = strings.ReplaceAll(f.Name, "-", "_")
	}
	hosts := asltest.Hosts(func(function string) (*lambdahost.Host, error) { return c.function(targets[function]) })
	c.executions++
	env := asltest.Env(fmt.Sprint("run-", c.executions), []byte(input), hosts, asltest.Objects{Store: c.values})
	output, err := machine.Execute(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Stored struct{ Key string }
		Result int
	}
	if err := json.Unmarshal(output, &out); err != nil {
		t.Fatalf("the output is %s: %v", output, err)
	}
	body, err := c.values.Get(t.Context(), out.Stored.Key, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	var stored int
	if err := codec.Decode(body, 1<<10, &stored); err != nil {
		t.Fatal(err)
	}
	if stored != out.Result {
		t.Errorf("the output has the result %d, stored is %d", out.Result, stored)
	}
	return stored
}

func readGraph(t *testing.T, flow string) graph.Graph {
	t.Helper()
	g, err := graph.Decode(file(t, "steps/"+flow+".graph.json"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}
