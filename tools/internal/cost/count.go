package cost

import (
	"math"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
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
	history := map[*plan.Map]float64{nil: 2}
	for _, s := range c.plan.Steps {
		c.task(s)
		history[s.In] += taskEvents
	}
	for _, m := range c.plan.Maps {
		c.mapped(m)
		history[m] += 2
		history[m.In] += choiceEvents + mapEvents
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
	plan     *plan.Plan
	children map[*plan.Map]float64 // of one run of a map
	inside   map[*plan.Map]float64 // seconds of a child's Lambdas
	used     Usage
}

func newCounter(in Input, n int) *counter {
	c := &counter{in: in, n: n, plan: in.planned(), children: map[*plan.Map]float64{}, inside: map[*plan.Map]float64{}}
	for _, m := range c.plan.Maps {
		c.children[m] = math.Ceil(float64(in.items(m.Name, n)) / float64(m.BatchSize()))
	}
	return c
}

// runs is how often a step inside the given maps runs.
func (c *counter) runs(around []*plan.Map) float64 {
	runs := 1.0
	for _, m := range around {
		runs *= c.children[m]
	}
	return runs
}

// task counts a step's task: its state, its Lambda, and what that reads and
// writes.
func (c *counter) task(s *plan.Step) {
	runs := c.runs(s.Around())
	if runs == 0 {
		return
	}
	if s.In == nil || !s.In.Express {
		c.used.Transitions += runs
	}
	seconds := c.seconds(s)
	c.inside[s.In] += seconds
	l := c.in.lambda(s.Function)
	gb := runs * seconds * float64(l.memory) / 1024
	if l.arm {
		c.used.ArmGBSeconds += gb
	} else {
		c.used.X86GBSeconds += gb
	}
	c.used.Invocations += runs
	for _, a := range s.Args {
		switch a.As {
		case graph.Value, graph.Item:
			c.used.Gets += runs
		case graph.Results:
			c.used.Gets += runs * c.children[s.Closes]
		}
	}
	value := c.in.Basis.Assumptions.ValueBytes
	if len(s.MappedBy) == 0 {
		c.used.Puts += runs * puts(c.perChild(s)*value)
		return
	}
	for i, m := range s.MappedBy {
		if i == 0 {
			c.used.Puts += runs * puts(float64(c.in.items(m.Name, c.n))*value)
		}
		c.used.Puts += runs * puts(c.children[m]*batchBytes)
	}
}

// seconds is how long one invocation takes.
func (c *counter) seconds(s *plan.Step) float64 {
	seconds := c.perChild(s) * c.in.Basis.Assumptions.ItemSeconds
	if s.Closes != nil {
		seconds += c.children[s.Closes] / c.in.Basis.Rates.Reads
	}
	return seconds
}

// perChild is how many items one invocation handles, at most.
func (c *counter) perChild(s *plan.Step) float64 {
	if s.In == nil {
		return 1
	}
	return float64(min(s.In.BatchSize(), c.in.items(s.In.Name, c.n)))
}

// mapped counts the Choice before a map, the map and the start of its children.
func (c *counter) mapped(m *plan.Map) {
	runs := c.runs(m.Around())
	c.used.Transitions += runs
	children := c.children[m]
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
	for _, m := range c.plan.Maps {
		if m.Express {
			children := c.runs(m.Around()) * c.children[m]
			seconds := math.Ceil(c.inside[m]*10-1e-9) / 10
			c.used.ExpressRequests += children
			c.used.ExpressGBSeconds += children * seconds * c.in.Basis.Assumptions.ExpressMemory / 1024
		}
	}
}

// together is how many Lambdas run at once, at most.
func (c *counter) together() float64 {
	most := 1.0
	for _, s := range c.plan.Steps {
		most = max(most, c.width(s))
	}
	return most
}

// width is how many children run the step at once.
func (c *counter) width(s *plan.Step) float64 {
	width := 1.0
	for _, m := range s.Around() {
		width *= min(float64(m.AtOnce), c.children[m])
	}
	return width
}
