package tests

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

const bucket = "values"

// cloud is an S3 server and a Lambda for each image.
type cloud struct {
	t         *testing.T
	folder    string // of the unpacked images
	s3        *s3server.Server
	values    store.Store
	functions map[string]*lambdahost.Host // by target
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	s3 := s3test.Start(t, bucket)
	c := &cloud{t: t, folder: t.TempDir(), s3: s3, values: s3store.New(s3.Client(), bucket), functions: map[string]*lambdahost.Host{}}
	t.Cleanup(func() {
		for _, f := range c.functions {
			f.Close()
		}
	})
	return c
}

// function unpacks the image of a step, which runs as a user that is unknown in the
// image.
func (c *cloud) function(target string) *lambdahost.Host {
	if f := c.functions[target]; f != nil {
		return f
	}
	root := filepath.Join(c.folder, target)
	if err := os.Mkdir(root, 0o755); err != nil {
		c.t.Fatal(err)
	}
	image, err := lambdahost.Unpack(filepath.Join("steps", target+"_image"), root)
	if err != nil {
		c.t.Fatal(err)
	}
	config := lambdahost.Config{
		Name:    target,
		Command: image.Command,
		Env:     append(append(image.Env, c.s3.Env()...), "LOKKI_ARTIFACT_BUCKET="+bucket),
		Sandbox: &lambdahost.Sandbox{Root: image.Root},
		Log:     c.t.Output(),
	}
	if os.Geteuid() != 0 { // without namespaces the binary runs outside its root
		config.Sandbox = nil
		config.Command = append([]string{filepath.Join(image.Root, image.Command[0])}, image.Command[1:]...)
	}
	f, err := lambdahost.New(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.functions[target] = f
	return f
}

// machine acts as the state machine of a graph, with batches of any size.
type machine struct {
	t     *testing.T
	cloud *cloud
	graph graph.Graph
	run   string
	input string
	batch int
}

func readGraph(t *testing.T, flow string) graph.Graph {
	t.Helper()
	g, err := graph.Decode(file(t, "steps/"+flow+".graph.json"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// execute runs the flow and returns its result.
func (m *machine) execute() int {
	m.t.Helper()
	start := m.graph.Nodes[0]
	m.scope(m.graph.Nodes, envelope.Request{Defaults: start.Defaults, Input: json.RawMessage(m.input)})
	keys := envelope.Keys{Prefix: "lokki", Flow: m.graph.Flow, Run: m.run}
	data := m.read(keys.Output(m.graph.Nodes[len(m.graph.Nodes)-1].Name, ""))
	var result int
	if err := codec.Decode(bytes.NewReader(data), 1<<10, &result); err != nil {
		m.t.Fatal(err)
	}
	return result
}

// scope runs the nodes up to the end of the map they are in. first is the
// request for the first of them.
func (m *machine) scope(nodes []graph.Node, first envelope.Request) {
	m.t.Helper()
	r, path := first, first.Path
	for {
		here := nodes[0]
		nodes = nodes[1:]
		mapped := len(nodes) > 0 && nodes[0].Kind == graph.Map
		inner, after, size := []graph.Node(nil), nodes, 0
		if mapped {
			inner, after = divide(nodes)
			if size = m.batch; contains(inner[1:], graph.Map) {
				size = 1 // a child that contains another map has one item
			}
		}
		r.Step, r.Split = here.Name, size
		reply := m.task(here, r)
		if mapped {
			for _, b := range m.batches(reply) {
				m.scope(inner, envelope.Request{Path: envelope.Child(path, b.Index), From: here.Name, Batch: &b})
			}
		}
		nodes = after
		if len(nodes) == 0 || !mapped && nodes[0].Kind == graph.Agg {
			return
		}
		r = envelope.Request{Path: path, From: nodes[0].From}
		if mapped {
			r.Count, r.BatchSize = reply.Count, size
		}
	}
}

// divide separates the nodes of a map, which come first, from its aggregation and
// the rest.
func divide(nodes []graph.Node) (inner, after []graph.Node) {
	open := 0
	for i, n := range nodes {
		switch n.Kind {
		case graph.Map:
			open++
		case graph.Agg:
			if open--; open == 0 {
				return nodes[:i], nodes[i:]
			}
		}
	}
	return nodes, nil
}

func contains(nodes []graph.Node, kind graph.Kind) bool {
	for _, n := range nodes {
		if n.Kind == kind {
			return true
		}
	}
	return false
}

// task invokes the image of a node's function.
func (m *machine) task(n graph.Node, r envelope.Request) envelope.Reply {
	m.t.Helper()
	r.Flow, r.Run = m.graph.Flow, m.run
	payload, err := json.Marshal(r)
	if err != nil {
		m.t.Fatal(err)
	}
	result, err := m.cloud.function(m.target(n)).Invoke(m.t.Context(), payload)
	if err != nil {
		m.t.Fatal(err)
	}
	if result.Failure != nil {
		m.t.Fatalf("%s failed: %v", n.Name, result.Failure)
	}
	var reply envelope.Reply
	if err := json.Unmarshal(result.Payload, &reply); err != nil {
		m.t.Fatalf("%s answered %s: %v", n.Name, result.Payload, err)
	}
	return reply
}

// target returns the step's target: the first node of a function has its name.
func (m *machine) target(n graph.Node) string {
	for _, first := range m.graph.Nodes {
		if first.Function == n.Function {
			return strings.ReplaceAll(first.Name, "-", "_")
		}
	}
	return ""
}

func (m *machine) batches(reply envelope.Reply) []envelope.Batch {
	m.t.Helper()
	var batches []envelope.Batch
	if err := json.Unmarshal(m.read(reply.Items), &batches); err != nil {
		m.t.Fatal(err)
	}
	return batches
}

func (m *machine) read(key string) []byte {
	m.t.Helper()
	body, err := m.cloud.values.Get(m.t.Context(), key, 0, -1)
	if err != nil {
		m.t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		m.t.Fatal(err)
	}
	return data
}
