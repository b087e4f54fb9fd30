package rehearse

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// historyFile has the events of all executions of a run, one per line, in
// chronological order.
const historyFile = "history.jsonl"

// history stores a run's events on disk: a hundred thousand children have more
// events than should be in memory.
type history struct {
	file *os.File

	mu    sync.Mutex
	out   *bufio.Writer
	size  int64
	lines map[string][]int64 // where the events of an execution are

	tried       map[string]bool // executions whose current state has been attempted
	express     map[string]bool // labels of the maps whose children are Express workflows
	transitions int             // of Standard workflows, in this process
	requests    int             // of Express workflows
}

// line is an event of an execution.
type line struct {
	Execution string            `json:"execution"`
	Event     interpreter.Event `json:"event"`
}

// openHistory opens the history in a folder, or creates one.
func openHistory(folder string) (*history, error) {
	file, err := os.OpenFile(filepath.Join(folder, historyFile), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the history: %w", err)
	}
	h := &history{file: file, out: bufio.NewWriterSize(file, 1<<16), lines: map[string][]int64{}, tried: map[string]bool{}}
	if err := h.scan(); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the history %s: %w", file.Name(), err), file.Close())
	}
	return h, nil
}

// scan finds the stored events. It truncates an incomplete last line.
func (h *history) scan() error {
	in := bufio.NewReaderSize(h.file, 1<<16)
	for {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var l struct{ Execution string }
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		h.lines[l.Execution] = append(h.lines[l.Execution], h.size)
		h.size += int64(len(text))
	}
	if err := h.file.Truncate(h.size); err != nil {
		return err
	}
	_, err := h.file.Seek(h.size, io.SeekStart)
	return err
}

// Record appends an event.
func (h *history) Record(execution string, e interpreter.Event) error {
	name, err := json.Marshal(execution)
	if err != nil {
		return fmt.Errorf("writing the history: %w", err)
	}
	event, err := e.MarshalJSON() // json.Marshal of a line would parse it once more
	if err != nil {
		return fmt.Errorf("writing the history: %w", err)
	}
	text := fmt.Appendf(nil, "{\"execution\":%s,\"event\":%s}\n", name, event)
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.out.Write(text); err != nil {
		return fmt.Errorf("writing the history: %w", err)
	}
	h.charge(execution, e)
	h.lines[execution] = append(h.lines[execution], h.size)
	h.size += int64(len(text))
	return nil
}

// charge counts what Step Functions charges for: states entered by Standard
// workflows and their retries, and children
// (https://aws.amazon.com/step-functions/pricing/).
func (h *history) charge(execution string, e interpreter.Event) {
	_, child, isChild := strings.Cut(execution, "/")
	label, _, _ := strings.Cut(child, ":")
	switch express := isChild && h.express[label]; {
	case express && e.Type == "ExecutionStarted":
		h.requests++
	case express:
	case e.Type == "TaskScheduled" || e.Type == "LambdaFunctionScheduled" || e.Type == "MapStateStarted":
		if h.tried[execution] {
			h.transitions++
		}
		h.tried[execution] = true
	case e.Type == "ExecutionRedriven":
		h.tried[execution] = true
	case strings.HasSuffix(e.Type, "StateEntered") || isChild && e.Type == "ExecutionStarted":
		h.transitions++
	case strings.HasSuffix(e.Type, "StateExited") || strings.HasPrefix(e.Type, "Execution"):
		delete(h.tried, execution)
	}
}

// past returns the events of an execution.
func (h *history) past(execution string) ([]interpreter.Event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.out.Flush(); err != nil {
		return nil, fmt.Errorf("writing the history: %w", err)
	}
	var events []interpreter.Event
	for _, at := range h.lines[execution] {
		text, err := bufio.NewReader(io.NewSectionReader(h.file, at, h.size-at)).ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("reading the history: %w", err)
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("reading the history: %w", err)
		}
		events = append(events, l.Event)
	}
	return events, nil
}

// replay passes on the payloads and responses of all completed tasks.
func (h *history) replay(done func(payload, reply []byte)) error {
	in := bufio.NewReaderSize(io.NewSectionReader(h.file, 0, h.size), 1<<16)
	scheduled := map[string][]byte{} // by execution
	for {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var l line
		if err == nil {
			err = json.Unmarshal(text, &l)
		}
		if err != nil {
			return fmt.Errorf("reading the history: %w", err)
		}
		var sent, answered struct{ Payload json.RawMessage }
		switch l.Event.Type {
		case "TaskScheduled":
			_ = json.Unmarshal(l.Event.Details.Parameters, &sent) // valid JSON, written by the interpreter
			scheduled[l.Execution] = sent.Payload
		case "TaskSucceeded":
			_ = json.Unmarshal(l.Event.Details.Output, &answered)
			done(scheduled[l.Execution], answered.Payload)
		}
	}
}

// export writes the events of one execution in the format of
// GetExecutionHistory.
func (h *history) export(execution, file string) error {
	events, err := h.past(execution)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"events": events}); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

func (h *history) close() error { return errors.Join(h.out.Flush(), h.file.Close()) }
