package asl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/lambdastep"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/asl/asltest"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// Range is the argument of Numbers.
type Range struct {
	Count int `json:"count"`
}

// Numbers counts.
func Numbers(ctx context.Context, in Range) ([]int, error) { return UpTo(ctx, in.Count) }

// UpTo lists the numbers below n.
func UpTo(_ context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}

// Twice lists a number twice.
func Twice(_ context.Context, n int) ([]int, error) { return []int{n, n}, nil }

// Double doubles a number.
func Double(_ context.Context, n int) (int, error) { return 2 * n, nil }

// Fragile passes on every number except 4.
func Fragile(_ context.Context, n int) (int, error) {
	if n == 4 {
		return 0, lokki.Permanent(errors.New("no fours"))
	}
	return n, nil
}

// Busy is an error with a name.
type Busy struct{}

func (*Busy) Error() string { return "come back later" }

// Overrun fails with a wrapped error, as most steps do.
func Overrun(_ context.Context, n int) (int, error) {
	return 0, fmt.Errorf("calling for %d: %w", n, &Busy{})
}

// Same passes a list on.
func Same(_ context.Context, list []int) ([]int, error) { return list, nil }

// Sum adds up a list.
func Sum(_ context.Context, list []int) (int, error) {
	sum := 0
	for _, n := range list {
		sum += n
	}
	return sum, nil
}

// batchesFlow loses the batch with the 4, maps the remaining results as another
// list, and uses a step three times.
func batchesFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, Range{Count: 10})
	fragile := lokki.Map(numbers, Fragile, lokki.Batch(3), lokki.TolerateFailures(25), lokki.Express())
	doubled := lokki.Then(lokki.Then(fragile, Double), Double)
	again := lokki.Map(lokki.Agg(doubled, Same), Double, lokki.Batch(4))
	return lokki.Agg(again, Same)
}

// nestedFlow loses the item whose inner map fails.
func nestedFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, Range{Count: 6})
	lists := lokki.Map(numbers, UpTo, lokki.TolerateFailures(20))
	sums := lokki.Agg(lokki.Map(lists, Fragile, lokki.Batch(2)), Sum)
	return lokki.Agg(lokki.Then(sums, Double), Same)
}

// strictFlow tolerates fewer failures than it has.
func strictFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, Range{Count: 10})
	return lokki.Agg(lokki.Map(numbers, Fragile, lokki.TolerateFailures(9)), Same)
}

// evenFlow has lists of the same length in each item: 6 of 2.
func evenFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, Range{Count: 6})
	pairs := lokki.Map(lokki.Then(numbers, Same), Twice)
	sums := lokki.Agg(lokki.Then(lokki.Map(pairs, Double), Double), Sum)
	again := lokki.Map(lokki.Agg(lokki.Then(sums, Double), Same), Double, lokki.Batch(4), lokki.Express())
	return lokki.Agg(again, Same)
}

// stepFunction is the variable that turns this program into a step's Lambda.
const stepFunction = "LOKKI_TEST_STEP"

func TestMain(m *testing.M) {
	switch os.Getenv(stepFunction) {
	case "":
		os.Exit(m.Run())
	case "Numbers":
		lambdastep.Start(Numbers)
	case "UpTo":
		lambdastep.Start(UpTo)
	case "Twice":
		lambdastep.Start(Twice)
	case "Double":
		lambdastep.Start(Double)
	case "Fragile":
		lambdastep.Start(Fragile)
	case "Overrun":
		lambdastep.Start(Overrun)
	case "Same":
		lambdastep.Start(Same)
	case "Sum":
		lambdastep.Start(Sum)
	}
	os.Exit(2)
}

// TestStepsUnderstandTheStateMachine runs state machines with the real program
// of each step under the Lambda Runtime API, and a real S3 server.
func TestStepsUnderstandTheStateMachine(t *testing.T) {
	c := newCloud(t)
	for name, test := range map[string]struct {
		flow lokki.Flow[[]int]
		want string // the result, or the error
	}{
		"batches": {batchesFlow(), "[0,8,16,48,56,64,72]"},
		"nested":  {nestedFlow(), "[0,0,2,6,12]"},
		"strict":  {strictFlow(), "Map fragile: States.ExceedToleratedFailureThreshold: Lokki.Permanent: no fours"},
	} {
		t.Run(name, func(t *testing.T) {
			flow, err := chain.Build(test.flow)
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.execute(t, flow.Plan.Graph)
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// retryFlow has a retry, inside a map, of an error that its step raises.
func retryFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, Range{Count: 1})
	return lokki.Agg(lokki.Map(numbers, Overrun, lokki.Retry[*Busy](lokki.Backoff{Attempts: 7})), Same)
}

// TestARetryNamesTheErrorThatItsStepRaises: names that never occur retry nothing.
func TestARetryNamesTheErrorThatItsStepRaises(t *testing.T) {
	flow, err := chain.Build(retryFlow())
	if err != nil {
		t.Fatal(err)
	}
	c := newCloud(t)
	_, err = c.execute(t, flow.Plan.Graph)
	if err == nil || !strings.Contains(err.Error(), ": Busy: calling for 0: come back later") {
		t.Errorf("the step failed with %v", err)
	}
	if c.calls["Overrun"] != 8 {
		t.Errorf("%d calls of the step, want 8: it is retried 7 times", c.calls["Overrun"])
	}
}

// cloud is an S3 server and a Lambda for each step function.
type cloud struct {
	t         *testing.T // of the whole test: the functions live as long
	s3        *s3server.Server
	values    store.Store
	functions map[string]*lambdahost.Host // by name of the Go function
	calls     map[string]int
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	s3 := s3test.Start(t, "bucket")
	return &cloud{t: t, s3: s3, values: s3store.New(s3.Client(), "bucket"), functions: map[string]*lambdahost.Host{}, calls: map[string]int{}}
}

// execute runs the state machine of a flow and returns its stored result.
func (c *cloud) execute(t *testing.T, g graph.Graph) (string, error) {
	t.Helper()
	definition, err := asl.Generate(g)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := asltest.Load(definition)
	if err != nil {
		t.Fatal(err)
	}
	symbols := map[string]string{}
	for _, f := range plan.New(g).Functions() {
		symbols["${"+f.Substitution()+"}"] = f.Symbol
	}
	hosts := asltest.Hosts(func(function string) (*lambdahost.Host, error) {
		symbol := symbols[function]
		return c.function(symbol[strings.LastIndexByte(symbol, '.')+1:])
	})
	output, err := machine.Execute(t.Context(), asltest.Env("run-1", []byte("{}"), hosts, asltest.Objects{Store: c.values}))
	var f *interpreter.Failure
	if errors.As(err, &f) && f.Child != nil {
		return "", fmt.Errorf("%s: %s: %w", f.State, f.Name, f.Child)
	}
	if err != nil {
		return "", err
	}
	var stored struct{ Stored struct{ Key string } }
	if err := json.Unmarshal(output, &stored); err != nil {
		t.Fatal(err)
	}
	values, err := fanout.ReadLines(t.Context(), c.values, stored.Stored.Key)
	if err != nil {
		return "", fmt.Errorf("reading the result: %w", err)
	}
	return string(bytes.Join(values, []byte("\n"))), nil
}

// function starts the Lambda of a step function, or finds it.
func (c *cloud) function(name string) (*lambdahost.Host, error) {
	c.calls[name]++
	if f := c.functions[name]; f != nil {
		return f, nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := lambdahost.New(lambdahost.Config{
		Name:    name,
		Command: []string{program},
		Env:     append(c.s3.Env(), stepFunction+"="+name, "LOKKI_ARTIFACT_BUCKET=bucket"),
	})
	if err != nil {
		return nil, err
	}
	c.t.Cleanup(func() { f.Close() })
	c.functions[name] = f
	return f, nil
}
