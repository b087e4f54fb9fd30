package lambdastep

import (
	"log/slog"
	"time"
)

// namespace is the namespace of lokki's metrics in CloudWatch.
const namespace = "Lokki"

// summary is what is known about an invocation at its end.
type summary struct {
	total, read, function, write time.Duration

	in, out  int64 // bytes as stored
	memory   int64 // bytes: the process's peak so far
	items    int64
	requests int64 // to S3, including retries
	missing  int64
	repeated bool
}

func (s *stats) sum(total time.Duration, requests, memory int64) summary {
	return summary{
		total: total, read: s.read.load(), function: s.function.load(), write: s.write.load(),
		in: s.in.Load(), out: s.out.Load(),
		memory:   memory,
		items:    s.items.Load(),
		requests: requests,
		missing:  s.missing.Load(),
		repeated: s.repeated.Load(),
	}
}

// metricNames has the metrics in the order of values.
var metricNames = []metric{
	{"Duration", "Milliseconds"},
	{"FunctionDuration", "Milliseconds"},
	{"ReadDuration", "Milliseconds"},
	{"WriteDuration", "Milliseconds"},
	{"BytesIn", "Bytes"},
	{"BytesOut", "Bytes"},
	{"PeakMemory", "Bytes"},
	{"Items", "Count"},
	{"S3Requests", "Count"},
}

func (s summary) values() []any {
	return []any{ms(s.total), ms(s.function), ms(s.read), ms(s.write), s.in, s.out, s.memory, s.items, s.requests}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// attrs returns the summary's fields for a log line.
func (s summary) attrs() []slog.Attr {
	attrs := make([]slog.Attr, 0, len(metricNames)+2)
	for i, value := range s.values() {
		attrs = append(attrs, slog.Any(metricNames[i].Name, value))
	}
	if s.missing > 0 {
		attrs = append(attrs, slog.Int64("missing", s.missing))
	}
	if s.repeated {
		attrs = append(attrs, slog.Bool("repeated", true))
	}
	return attrs
}

// stackField is the field of a line that names the stack.
const stackField = "stack"

// metricsOf lets CloudWatch take the metrics from a line with the summary, in one set
// of dimensions, since each set costs money: the line's own stack, flow and step.
// Without the stack, development and production of a flow would be added up. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
func metricsOf(stack string, now time.Time) slog.Attr {
	dimensions := []string{"flow", "step"}
	if stack != "" {
		dimensions = []string{stackField, "flow", "step"}
	}
	return slog.Any("_aws", metadata{
		Timestamp:         now.UnixMilli(),
		CloudWatchMetrics: []directive{{Namespace: namespace, Dimensions: [][]string{dimensions}, Metrics: metricNames}},
	})
}

// metadata, directive and metric have the names of the embedded metric format.
type metadata struct {
	Timestamp         int64       `json:"Timestamp"` // milliseconds since 1970
	CloudWatchMetrics []directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  string     `json:"Namespace"`
	Dimensions [][]string `json:"Dimensions"`
	Metrics    []metric   `json:"Metrics"`
}

type metric struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}
