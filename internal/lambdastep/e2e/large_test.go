package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
)

const mb = 1 << 20

// TestLargeItems maps a list of items of 20 MB and aggregates their results, in
// Lambdas with half the default memory.
func TestLargeItems(t *testing.T) {
	const items, memory = 2, 256
	c := newCloud(t)
	c.memory = memory
	list := c.must("Texts", envelope.Request{Step: "texts", Defaults: fmt.Appendf(nil, `{"count":%d}`, items), Split: 1})
	for _, b := range c.batches(list) {
		c.must("Turn", envelope.Request{Step: "turn", Path: envelope.Child("", b.Index), From: "texts", Batch: &b})
	}
	c.must("Digests", envelope.Request{Step: "digests", From: "turn", Count: list.Count})
	var want []string
	for n := range items {
		s := text(n)
		want = append(want, fmt.Sprintf("%x", sha256.Sum256([]byte(s[1:]+s[:1]))))
	}
	if got := c.value("digests", ""); got != fmt.Sprintf("[%q,%q]", want[0], want[1]) {
		t.Errorf("digests %s, want %s", got, want)
	}
	const most = (memory + 32) * mb // with the program's own pages, which the kernel may drop
	c.checkMemory(map[string]int64{"texts": most, "turn": most, "digests": most})
}

// TestAMillionItems maps a list of a million items and runs two of the children.
func TestAMillionItems(t *testing.T) {
	const items = 1_000_000
	c := newCloud(t)
	c.memory = 128 // the minimum for a Lambda
	began := time.Now()
	list := c.must("UpTo", envelope.Request{Step: "up-to", Defaults: []byte(fmt.Sprint(items)), Split: 1})
	t.Logf("split in %.2f s", time.Since(began).Seconds())
	if list.Count == nil || *list.Count != items {
		t.Fatalf("reply %+v", list)
	}
	lines := bytes.Split(bytes.Trim(c.object(list.Items), "[]"), []byte(",\n"))
	if len(lines) != items {
		t.Fatalf("%d batches", len(lines))
	}
	for _, n := range []int{777_777, items - 1} {
		var b envelope.Batch
		if err := json.Unmarshal(lines[n], &b); err != nil {
			t.Fatal(err)
		}
		c.must("Square", envelope.Request{Step: "square", Path: envelope.Child("", n), From: "up-to", Batch: &b})
		if got := c.value("square", envelope.Child("", n)); got != fmt.Sprint(n*n) {
			t.Errorf("item %d gave %s", n, got)
		}
	}
	c.checkMemory(map[string]int64{"up-to": 8*items + 120*mb, "square": 64 * mb})
}

// checkMemory compares the peaks that the steps report with bounds in bytes.
func (c *cloud) checkMemory(bounds map[string]int64) {
	c.t.Helper()
	checked := map[string]bool{}
	for line := range strings.Lines(c.logged()) {
		if strings.TrimSpace(line) == "" {
			continue // a summary has its own line, whatever the step has printed
		}
		var s struct {
			Step       string `json:"step"`
			PeakMemory int64
			Duration   float64
			BytesIn    int64
			BytesOut   int64
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			c.t.Fatalf("%v: %s", err, line)
		}
		c.t.Logf("%s: %d MB at most, %.0f ms, %d bytes in, %d bytes out", s.Step, s.PeakMemory/mb, s.Duration, s.BytesIn, s.BytesOut)
		if !raceEnabled && s.PeakMemory > bounds[s.Step] {
			c.t.Errorf("%s had %d MB, want at most %d", s.Step, s.PeakMemory/mb, bounds[s.Step]/mb)
		}
		checked[s.Step] = true
	}
	if len(checked) != len(bounds) {
		c.t.Errorf("steps %v reported, want %v", checked, bounds)
	}
}
