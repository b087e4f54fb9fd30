package cost

import (
	"math"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
)

// Usage is what one execution uses. The numbers are floats because those of
// nested maps multiply beyond the range of integers.
type Usage struct {
	Transitions      float64 // states entered and children started by Standard workflows
	ExpressRequests  float64 // children that are Express workflows
	ExpressGBSeconds float64
	Invocations      float64 // of Lambdas
	ArmGBSeconds     float64
	X86GBSeconds     float64
	Puts             float64 // S3 write requests
	Gets             float64 // S3 read requests
	ByStepFunctions  Requests
	LogBytes         float64 // logged by Lambdas

	Together float64 // Lambdas at once, at most
	History  float64 // events of the longest history
}

// Requests are the part of Puts and Gets that Step Functions itself makes: it
// reads the lists of batches and writes the children's results.
type Requests struct{ Puts, Gets float64 }

// Events of an execution's history; its start and end add two
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html).
const (
	taskEvents   = 5 // entered, scheduled, started, succeeded, exited
	retryEvents  = 3 // failed, scheduled, started
	choiceEvents = 2 // entered, exited
	mapEvents    = 4 // entered, run started, run succeeded, exited
)

// How lokki stores values.
const (
	partBytes  = 8 << 20 // a larger object is stored in parts of this size
	batchBytes = 60      // of one element of items.json
)

// puts is how many requests store an object: one, or one for each part and two
// that open and complete the upload.
func puts(bytes float64) float64 {
	if bytes <= partBytes {
		return 1
	}
	return math.Ceil(bytes/partBytes) + 2
}

// Count counts what an execution uses if each list that a map takes has n
// items, except for those whose length the basis sets.
func Count(in Input, n int) Usage {
	c := newCounter(in, n)
	history := map[string]float64{"": 2}
	for i, node := range in.Graph.Nodes {
		next := graph.Node{}
		if i+1 < len(in.Graph.Nodes) {
			next = in.Graph.Nodes[i+1]
		}
		c.task(node, next)
		scope := innermost(node)
		if node.Kind == graph.Map {
			history[scope] = 2
			c.mapped(node)
			history[outside(node)] += choiceEvents + mapEvents
		}
		history[scope] += taskEvents
	}
	c.express()
	for _, events := range history {
		c.used.History = max(c.used.History, events)
	}
	c.used.LogBytes = c.used.Invocations * in.Basis.Assumptions.LogBytes
	c.used.Together = c.together()
	return c.used
}

type counter struct {
	in       Input
	n        int
	maps     map[string]graph.Node
	outer    map[string]bool    // maps that hold another one, by name
	closed   map[string]string  // name of the map that an aggregation closes
	children map[string]float64 // of one run of a map, by its name
	inside   map[string]float64 // seconds of a child's Lambdas, by the map's name
	used     Usage
}

func newCounter(in Input, n int) *counter {
	c := &counter{
		in: in, n: n,
		maps: map[string]graph.Node{}, outer: map[string]bool{}, closed: map[string]string{},
		children: map[string]float64{}, inside: map[string]float64{},
	}
	var open []string
	for _, node := range in.Graph.Nodes {
		switch node.Kind {
		case graph.Map:
			c.maps[node.Name] = node
			c.children[node.Name] = math.Ceil(float64(in.items(node.Name, n)) / float64(node.BatchSize()))
			c.outer[outside(node)] = true
			open = append(open, node.Name)
		case graph.Agg:
			c.closed[node.Name] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	return c
}

// innermost is the map that directly contains a node, "" for none.
func innermost(n graph.Node) string {
	if len(n.Scope) == 0 {
		return ""
	}
	return n.Scope[len(n.Scope)-1]
}

// outside is the map around a map, "" for none.
func outside(n graph.Node) string {
	if len(n.Scope) < 2 {
		return ""
	}
	return n.Scope[len(n.Scope)-2]
}

// runs is how often a node inside the given maps runs.
func (c *counter) runs(scope []string) float64 {
	runs := 1.0
	for _, name := range scope {
		runs *= c.children[name]
	}
	return runs
}

// task counts a node's task: its state, its Lambda, and what that reads and
// writes.
func (c *counter) task(n, next graph.Node) {
	runs := c.runs(n.Scope)
	if runs == 0 {
		return
	}
	if !c.maps[innermost(n)].Express {
		c.used.Transitions += runs
	}
	seconds := c.seconds(n)
	c.inside[innermost(n)] += seconds
	l := c.in.lambda(n.Function)
	gb := runs * seconds * float64(l.memory) / 1024
	if l.arm {
		c.used.ArmGBSeconds += gb
	} else {
		c.used.X86GBSeconds += gb
	}
	c.used.Invocations += runs
	switch n.Kind {
	case graph.Then, graph.Map:
		c.used.Gets += runs
	case graph.Agg:
		c.used.Gets += runs * c.children[c.closed[n.Name]]
	}
	value := c.in.Basis.Assumptions.ValueBytes
	if next.Kind == graph.Map {
		list := float64(c.in.items(next.Name, c.n))
		c.used.Puts += runs * (puts(list*value) + puts(c.children[next.Name]*batchBytes))
		return
	}
	c.used.Puts += runs * puts(c.perChild(n)*value)
}

// seconds is how long one invocation takes.
func (c *counter) seconds(n graph.Node) float64 {
	s := c.perChild(n) * c.in.Basis.Assumptions.ItemSeconds
	if n.Kind == graph.Agg {
		s += c.children[c.closed[n.Name]] / c.in.Basis.Rates.Reads
	}
	return s
}

// perChild is how many items one invocation handles, at most.
func (c *counter) perChild(n graph.Node) float64 {
	m, ok := c.maps[innermost(n)]
	if !ok {
		return 1
	}
	return float64(min(m.BatchSize(), c.in.items(m.Name, c.n)))
}

// mapped counts the Choice before a map, the map and the start of its children.
func (c *counter) mapped(first graph.Node) {
	runs := c.runs(first.Scope[:len(first.Scope)-1])
	c.used.Transitions += runs
	children := c.children[first.Name]
	if children == 0 || runs == 0 {
		return
	}
	c.used.Transitions += runs * (1 + children)
	// The list of batches is read once; a manifest and the results are written.
	own := Requests{Puts: 2 * runs, Gets: runs}
	c.used.ByStepFunctions.Puts += own.Puts
	c.used.ByStepFunctions.Gets += own.Gets
	c.used.Puts += own.Puts
	c.used.Gets += own.Gets
}

// express counts the children that are billed by duration, in steps of 100 ms.
func (c *counter) express() {
	for _, n := range c.in.Graph.Nodes {
		if n.Express {
			children := c.runs(n.Scope)
			seconds := math.Ceil(c.inside[n.Name]*10-1e-9) / 10
			c.used.ExpressRequests += children
			c.used.ExpressGBSeconds += children * seconds * c.in.Basis.Assumptions.ExpressMemory / 1024
		}
	}
}

// together is how many Lambdas run at once, at most.
func (c *counter) together() float64 {
	most, concurrency := 1.0, asl.Concurrency(c.in.Graph)
	for _, n := range c.in.Graph.Nodes {
		most = max(most, c.width(n, concurrency))
	}
	return most
}

// width is how many children run the node at once.
func (c *counter) width(n graph.Node, concurrency map[string]int) float64 {
	width := 1.0
	for _, name := range n.Scope {
		width *= min(float64(concurrency[name]), c.children[name])
	}
	return width
}
