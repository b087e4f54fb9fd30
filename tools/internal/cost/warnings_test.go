package cost_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

func TestWarnings(t *testing.T) {
	small := func(in cost.Input) cost.Input { // values that fit any Lambda
		in.Basis.Assumptions.ValueBytes = 1
		return in
	}
	slow := func(in cost.Input) cost.Input {
		in.Basis.Assumptions.ItemSeconds = 20
		return in
	}
	patient := func(in cost.Input) cost.Input {
		in.Basis.Assumptions.ItemSeconds = 800
		return in
	}
	many := []graph.Retry{{Errors: []string{"Throttled"}, Interval: 1, Rate: 1, Attempts: 9_000}}
	for _, c := range []struct {
		name string
		in   cost.Input
		n    int
		want string // the only warning, in parts; "" for none
	}{
		{"none", small(birds(flowtest.Options{})), 1000, ""},
		{"none for a million in batches", small(birds(flowtest.Options{Batch: 100})), 1_000_000, ""},
		{"starts", small(birds(flowtest.Options{})), 500_000, "flows/flows.go:12: step flap-bird: with 500,000 items it takes 1 h 23 min to start the 500,000 children, at 100 a second … hint: use lokki.Batch to start fewer, or lokki.Express to start them faster"},
		{"starts of Express", small(birds(flowtest.Options{Express: true})), 950_000, "step flap-bird: with 950,000 items it takes 15 min 50 s … at 1,000 a second … hint: use lokki.Batch to start fewer\n"},
		{"starts outside", small(words(nil)), 0, ""},
		{"lambdas", small(birds(flowtest.Options{Concurrency: 5000})), 3000, "with 3,000 items the map runs 3,000 children at once; an account has 1,000 Lambdas unless its quota is raised … hint: raise Lambda's quota"},
		{"patience", small(patient(birds(flowtest.Options{}))), 1000, "step flap-bird: with 1,000 items, on an account of 10 Lambdas, calls give up after hours … shows it), or give the map lokki.Concurrency(10)"},
		{"as wide as the account", small(patient(birds(flowtest.Options{Concurrency: 10}))), 1000, ""},
		{"Express that waits", small(slow(birds(flowtest.Options{Express: true}))), 1000, "step flap-bird: with 1,000 items, on an account of 10 Lambdas, Express workflows end while they wait for Lambda: they live for 5 min 0 s"},
		{"Express as wide as the account", small(slow(birds(flowtest.Options{Express: true, Concurrency: 10}))), 1000, ""},
		{"few of many lambdas", small(birds(flowtest.Options{Concurrency: 5000})), 900, ""},
		{"items", small(birds(flowtest.Options{Batch: 100_000, Express: true})), 100_000_001, "step flap-bird: a map over 100,000,001 items; Step Functions reads at most 100,000,000"},
		{"memory of the list", birds(flowtest.Options{Batch: 100}), 600_000, "step get-birds: it holds 600,000 items, about 573 MB; its Lambda has 512 MB … hint: give its lokki_step more memory"},
		{"memory that none has", birds(flowtest.Options{Batch: 10_000}), 20_000_000, "hint: split the list: no Lambda has more than 10,240 MB"},
		{"time of a batch", small(slow(birds(flowtest.Options{Batch: 50}))), 1000, "step flap-bird: with 50 items in a child an invocation takes about 16 min 40 s and may take 15 min 0 s … hint: make lokki.Batch smaller"},
		{"time of an Express batch", small(slow(birds(flowtest.Options{Batch: 20, Express: true}))), 1000, "may take 5 min 0 s"},
		{"timeout", small(slow(birds(flowtest.Options{Timeout: 10}))), 1000, "an invocation takes about 20 s and may take 10 s … hint: give the step less to do"},
		{"time of an aggregation", small(birds(flowtest.Options{Express: true})), 2_000_000, "step join-birds: with 2,000,000 results to read an invocation takes about 16 min 40 s … hint: use lokki.Batch to have fewer"},
		{"history", small(birds(flowtest.Options{Retry: many})), 1000, "step flap-bird: retries up to here can add 27,000 events to a history, which ends the execution at 25,000 … hint: give lokki.Retry fewer attempts"},
		{"no history", small(birds(flowtest.Options{Retry: many, Express: true})), 1000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.Basis.Items.Columns = []int{1, c.n}
			text, err := cost.Table(c.in)
			if err != nil {
				t.Fatal(err)
			}
			_, warnings, found := strings.Cut(string(text), "\nWarnings\n")
			if c.want == "" && found {
				t.Errorf("warnings\n%s", warnings)
			}
			for part := range strings.SplitSeq(c.want, " … ") {
				if !strings.Contains(warnings, part) {
					t.Errorf("no %q in the warnings\n%s", part, warnings)
				}
			}
		})
	}
}

// TestAWarningIsGivenOnce: for the first number of items that it applies to.
func TestAWarningIsGivenOnce(t *testing.T) {
	in := birds(flowtest.Options{})
	in.Basis.Items.Columns = []int{1, 200_000, 400_000}
	text, err := cost.Table(in)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "items it takes"); n != 1 || !strings.Contains(string(text), "with 200,000 items") {
		t.Errorf("%d warnings of the starts:\n%s", n, text)
	}
}
