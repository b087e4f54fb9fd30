package rehearse

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// explain describes why an execution failed: first the failed call, in the local
// run's words, then the maps that failed with it, innermost first, as in
//
//	flows/birds.go:32: step flap-bird[3][17] (example.com/birds.FlapBird): errorString: no wings
//	flows/birds.go:32: the map over flap-bird[3]: 1 of 20 children failed: States.ExceedToleratedFailureThreshold
func (m *meter) explain(f *interpreter.Failure) error {
	chain := []*interpreter.Failure{f}
	for f.Child != nil {
		f = f.Child
		chain = append(chain, f)
	}
	r, key, ok := m.place(f.Payload)
	if !ok {
		return errors.New(inStates(chain))
	}
	n := m.plan.Steps[key.step]
	index, message := m.locate(r, messageOf(f))
	lines := []string{fmt.Sprintf("%s: step %s%s (%s): %s: %s", n.Position, n.Name, progress.At(index), n.Function, f.Name, message)}
	for i, in := len(chain)-2, n.In; i >= 0 && in != nil; i, in = i-1, in.In {
		lines = append(lines, mapLine(in, index[:len(in.Around())], chain[i]))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// mapLine describes the failure of a map run.
func mapLine(of *plan.Map, index []int, f *interpreter.Failure) string {
	text := fmt.Sprintf("%s: the map over %s%s", of.Position, of.Name, progress.At(index))
	if f.Map != nil {
		text += fmt.Sprintf(": %d of %d children failed", f.Map.Failed+f.Map.TimedOut, f.Map.Total)
		if of.Tolerate > 0 {
			text += fmt.Sprintf("; %v%% are tolerated", of.Tolerate)
		}
	}
	return text + ": " + f.Name
}

// inStates describes a failure outside of steps, innermost state first.
func inStates(chain []*interpreter.Failure) string {
	var lines []string
	for i := len(chain) - 1; i >= 0; i-- {
		text := chain[i].Name + ": " + messageOf(chain[i])
		if chain[i].State != "" {
			text = "state " + chain[i].State + ": " + text
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// messageOf returns the function's message, if there is one.
func messageOf(f *interpreter.Failure) string {
	var sent lambdahost.Failure
	if err := json.Unmarshal([]byte(f.Cause), &sent); err == nil && sent.Message != "" {
		return sent.Message
	}
	switch {
	case f.Expired > 0:
		return "the execution took longer than " + f.Expired.String()
	case f.Cause == "":
		return "without a cause"
	}
	return f.Cause
}

// ofBatch is how a step's Lambda begins its message when it has a batch of items,
// after the name of a marked error.
var ofBatch = regexp.MustCompile(`^(\S+: )?item (\d+): `)

// locate returns the index path of the item that a request failed at, which for
// a batch is in the message, and the rest of the message.
func (m *meter) locate(r envelope.Request, message string) (index []int, rest string) {
	index = indices(r.Path)
	count := m.items(r)
	if count == 1 {
		return index, message
	}
	found := ofBatch.FindStringSubmatch(message)
	if found == nil {
		return index, message
	}
	item, err := strconv.Atoi(found[2])
	last := len(index) - 1
	if err != nil || item < index[last] || item >= index[last]+count {
		return index, message
	}
	index[last] = item
	return index, found[1] + message[len(found[0]):]
}

// items returns how many items a request is for: those of the batch, in a map
// with batches.
func (m *meter) items(r envelope.Request) int {
	s := m.plan.Step(r.Step)
	outer, first, inMap := envelope.Parent(r.Path)
	if s == nil || !inMap || s.In == nil {
		return 1
	}
	size := s.In.BatchSize()
	m.mu.Lock()
	length, known := m.lists[at{s.In.List.Index, outer}]
	m.mu.Unlock()
	switch {
	case r.Batch != nil:
		return r.Batch.Count
	case known:
		return max(1, min(size, length-first))
	}
	return size
}

// indices parses a map path.
func indices(path string) []int {
	var all []int
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if n, err := strconv.Atoi(part); err == nil {
			all = append(all, n)
		}
	}
	return all
}
