package lambdastep

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// logs is the log of a process: a line of JSON for each record, with fields that
// identify the current invocation. There is one at a time.
type logs struct {
	stack     string                       // of the process; "" if unknown
	metrics   bool                         // whether CloudWatch takes metrics from the summaries
	plain     slog.Handler                 // between invocations
	summaries slog.Handler                 // for the summaries of invocations
	current   atomic.Pointer[slog.Handler] // with the fields of the invocation
	reported  atomic.Pointer[string]       // the last error, as aws-lambda-go logs it
}

// newLogs logs to w with the keys Lambda expects: timestamp, level, message
// (https://docs.aws.amazon.com/lambda/latest/dg/golang-logging.html).
func newLogs(w io.Writer) *logs {
	lines := jsonLines(w)
	l := &logs{
		stack:   os.Getenv("LOKKI_STACK"),
		metrics: os.Getenv("LOKKI_METRICS") != "false",
		plain:   lines, summaries: lines,
	}
	l.end()
	return l
}

func jsonLines(w io.Writer) slog.Handler {
	var level slog.Level
	if err := level.UnmarshalText([]byte(os.Getenv("AWS_LAMBDA_LOG_LEVEL"))); err != nil {
		level = slog.LevelInfo // also for TRACE and FATAL, which slog doesn't have
	}
	return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: lambdacontext.ReplaceAttr})
}

// freshLine begins a new line for each Write. CloudWatch finds metrics only in lines
// that are entirely JSON, and the content of the last line is unknown: the step, or a
// program that it started, may have printed part of a line to the file by other means.
// If not, an empty line results.
type freshLine struct{ io.Writer }

func (f freshLine) Write(line []byte) (int, error) {
	if _, err := f.Writer.Write(append([]byte{'\n'}, line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// logger returns the logger for the step's own lines.
func (l *logs) logger() *slog.Logger { return slog.New(logHandler{logs: l}) }

// begin makes all lines carry fields that identify the invocation, until end.
func (l *logs) begin(ctx context.Context, payload []byte) invocationLog {
	// The request is not checked yet, so that problems with it can be logged.
	var id struct {
		Flow, Run, Step, Path string
		Attempt               int
	}
	_ = json.Unmarshal(payload, &id)
	fields := []slog.Attr{
		slog.String("flow", id.Flow), slog.String("run", id.Run), slog.String("step", id.Step),
		slog.String("path", id.Path), slog.Int("attempt", id.Attempt),
	}
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		fields = append(fields, slog.String("requestId", lc.AwsRequestID))
	}
	if l.stack != "" {
		fields = slices.Insert(fields, 0, slog.String(stackField, l.stack))
	}
	h := l.plain.WithAttrs(fields)
	l.current.Store(&h)
	return invocationLog{logs: l, to: l.summaries.WithAttrs(fields), named: id.Flow != "" && id.Step != ""}
}

func (l *logs) end() { l.current.Store(&l.plain) }

// logHandler looks up the invocation's fields for each line: a step may keep a
// logger from an earlier invocation.
type logHandler struct {
	*logs
	added []func(slog.Handler) slog.Handler // by the logger's With and WithGroup
}

func (h logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.plain.Enabled(ctx, level)
}

func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if reported := h.reported.Load(); reported != nil && r.Message == *reported {
		return nil // aws-lambda-go logs every error that it passes on, but the summary has it
	}
	to := *h.current.Load()
	for _, add := range h.added {
		to = add(to)
	}
	return to.Handle(ctx, r)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithAttrs(attrs) })
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return h.with(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (h logHandler) with(add func(slog.Handler) slog.Handler) slog.Handler {
	h.added = append(slices.Clip(h.added), add)
	return h
}

// invocationLog writes the summary line of an invocation.
type invocationLog struct {
	logs  *logs
	to    slog.Handler
	named bool // flow and step are known, which metrics need
}

func (l invocationLog) done(s summary) { l.write(slog.LevelInfo, "step done", s) }

func (l invocationLog) failed(s summary, err messages.InvokeResponse_Error) {
	if err.ShouldExit { // the step still runs: all time but reading and writing is its
		s.function = s.total - s.read - s.write
	}
	attrs := []slog.Attr{slog.String("type", err.Type), slog.String("error", err.Message)}
	if err.StackTrace != nil {
		attrs = append(attrs, slog.Any("stack", err.StackTrace))
	}
	l.write(slog.LevelError, "step failed", s, attrs...)
	if data, err := json.Marshal(err); err == nil {
		text := string(data)
		l.logs.reported.Store(&text)
	}
}

// write writes the line at any log level: metrics must not depend on it.
func (l invocationLog) write(level slog.Level, message string, s summary, attrs ...slog.Attr) {
	now := time.Now()
	r := slog.NewRecord(now, level, message, 0)
	r.AddAttrs(attrs...)
	r.AddAttrs(s.attrs()...)
	if l.named && l.logs.metrics {
		r.AddAttrs(metricsOf(l.logs.stack, now))
	}
	_ = l.to.Handle(context.Background(), r) // there is nowhere to report an error
}
