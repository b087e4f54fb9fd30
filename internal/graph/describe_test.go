package graph

import (
	"slices"
	"testing"
)

func TestDescribe(t *testing.T) {
	o := StepOptions{
		Timeout: 30,
		Retry: []Retry{
			{Errors: []string{"Throttled", "Busy"}, Interval: 2, Rate: 1.5, Attempts: 3, Cap: 60},
			{Errors: []string{"States.ALL"}, Interval: 1, Rate: 2, Attempts: 1},
		},
	}
	step, children := o.Describe(), MapOptions{Batch: 100, Concurrency: 8, Tolerate: 2.5, Express: true}.Describe()
	if want := []string{"timeout 30 s", "retry Throttled, Busy 3 times, after 2 s, ×1.5 to 60 s", "retry States.ALL once, after 1 s"}; !slices.Equal(step, want) {
		t.Errorf("got %q, want %q", step, want)
	}
	if want := []string{"batches of 100", "8 at a time", "2.5 % may fail", "Express"}; !slices.Equal(children, want) {
		t.Errorf("got %q, want %q", children, want)
	}
	if step, children := (StepOptions{}).Describe(), (MapOptions{Batch: 1}).Describe(); step != nil || children != nil {
		t.Errorf("defaults: got %q, %q", step, children)
	}
}
