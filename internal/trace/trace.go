// Package trace writes the calls of a run in the Trace Event Format, which
// Perfetto (https://ui.perfetto.dev) and Chrome's tracing page show
// (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/progress"
)

// Writer writes each call when it ends, so that none stays in memory.
type Writer struct {
	mu    sync.Mutex
	out   *bufio.Writer
	begin time.Time
	lanes []time.Time // for each track, the end of its last call
	buf   []byte      // of the event being written
	err   error
}

// New starts a trace of a flow whose run starts now.
func New(w io.Writer, flow string, now time.Time) *Writer {
	t := &Writer{out: bufio.NewWriterSize(w, 1<<16), begin: now}
	t.write([]byte(`{"displayTimeUnit":"ms","traceEvents":[` + "\n"))
	t.write(fmt.Appendf(nil, `{"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":%s}}`, quote(nil, flow)))
	return t
}

// Call writes one call. It may be called by several goroutines.
func (t *Writer) Call(c progress.Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	lane := t.lane(c.Begin, c.End)
	b := append(t.buf[:0], `,`+"\n"+`{"ph":"X","cat":"step","pid":1,"tid":`...)
	b = strconv.AppendInt(b, int64(lane+1), 10)
	b = append(b, `,"name":`...)
	b = quote(b, c.Step)
	b = micros(append(b, `,"ts":`...), c.Begin.Sub(t.begin))
	b = micros(append(b, `,"dur":`...), c.End.Sub(c.Begin))
	b = append(b, `,"args":{"attempt":`...)
	b = strconv.AppendInt(b, int64(c.Attempt), 10)
	if len(c.Index) > 0 {
		b = append(b, `,"index":"`...)
		for i, at := range c.Index {
			if i > 0 {
				b = append(b, '/')
			}
			b = strconv.AppendInt(b, int64(at), 10)
		}
		b = append(b, '"')
	}
	if c.Err != nil {
		b = quote(append(b, `,"error":`...), failure.Text(c.Err))
	}
	t.buf = append(b, "}}"...)
	t.write(t.buf)
}

// Close ends the trace and returns the first error of writing it. The caller must
// close the underlying writer.
func (t *Writer) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.lanes {
		t.write(fmt.Appendf(nil, ",\n"+`{"ph":"M","name":"thread_name","pid":1,"tid":%d,"args":{"name":"worker %d"}}`, i+1, i+1))
	}
	t.write([]byte("\n]}\n"))
	if t.err == nil {
		t.err = t.out.Flush()
	}
	err := t.err
	t.err = errClosed
	return err
}

// errClosed excludes calls that end after Close.
var errClosed = errors.New("the trace is closed")

// lane returns a track that is free at begin: events of one track may only follow
// each other or be nested. It takes the one that was used last, so that there are
// only as many as calls that ran at the same time.
func (t *Writer) lane(begin, end time.Time) int {
	best := -1
	for i, used := range t.lanes {
		if !used.After(begin) && (best < 0 || used.After(t.lanes[best])) {
			best = i
		}
	}
	if best < 0 {
		t.lanes = append(t.lanes, end)
		return len(t.lanes) - 1
	}
	t.lanes[best] = end
	return best
}

func (t *Writer) write(data []byte) {
	if t.err == nil {
		_, t.err = t.out.Write(data)
	}
}

// micros appends microseconds with nanosecond precision, since calls may be short.
func micros(b []byte, d time.Duration) []byte {
	if d < 0 {
		b, d = append(b, '-'), -d
	}
	b = strconv.AppendInt(b, int64(d/1000), 10)
	if rest := d % 1000; rest > 0 {
		b = append(b, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return b
}

// quote appends a JSON string.
func quote(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // can't happen for a string
		return append(b, `""`...)
	}
	return append(b, quoted...)
}
