package lambdastep

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// logs makes the logger of each invocation.
type logs struct{ handler slog.Handler }

// newLogs logs JSON with the keys Lambda expects: timestamp, level, message
// (https://docs.aws.amazon.com/lambda/latest/dg/golang-logging.html).
func newLogs() logs {
	var level slog.Level
	if err := level.UnmarshalText([]byte(os.Getenv("AWS_LAMBDA_LOG_LEVEL"))); err != nil {
		level = slog.LevelInfo // also for TRACE and FATAL, which slog does not know
	}
	return logs{slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: lambdacontext.ReplaceAttr})}
}

// invocationLog is the log of one invocation.
type invocationLog struct{ *slog.Logger }

// begin makes slog's default logger carry what identifies the invocation, so
// that a step's own lines do; end takes that back. A process serves one
// invocation at a time.
func (l logs) begin(ctx context.Context, payload []byte) (log invocationLog, end func()) {
	// The request is not checked yet, and what is wrong with it must be logged.
	var id struct {
		Flow, Run, Step, Path string
		Attempt               int
	}
	_ = json.Unmarshal(payload, &id)
	logger := slog.New(l.handler).With("flow", id.Flow, "run", id.Run, "step", id.Step, "path", id.Path, "attempt", id.Attempt)
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		logger = logger.With("requestId", lc.AwsRequestID)
	}
	before := slog.Default()
	slog.SetDefault(logger)
	return invocationLog{logger}, func() { slog.SetDefault(before) }
}

// done writes the one line that sums an invocation up. Durations are in
// milliseconds, bytes are as stored.
func (l invocationLog) done(began time.Time, i *invocation) {
	l.Info("step done", "repeated", i.repeated,
		"duration_ms", ms(time.Since(began)), "fetch_ms", ms(i.fetch), "call_ms", ms(i.call), "put_ms", ms(i.put),
		"bytes_in", i.store.in.Load(), "bytes_out", i.store.out.Load())
}

// failed is the summary of an invocation that ended in an error.
func (l invocationLog) failed(began time.Time, err messages.InvokeResponse_Error) {
	log := l.With("duration_ms", ms(time.Since(began)), "type", err.Type)
	if err.StackTrace != nil {
		log = log.With("stack", err.StackTrace)
	}
	log.Error("step failed", "error", err.Message)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
