package progress

import (
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1_234_567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := count(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "0 µs",
		41 * time.Microsecond:     "41 µs",
		99499 * time.Nanosecond:   "99 µs",
		99500 * time.Nanosecond:   "0.1 ms",
		1500 * time.Microsecond:   "1.5 ms",
		99949 * time.Microsecond:  "99.9 ms",
		99950 * time.Microsecond:  "100 ms",
		999499 * time.Microsecond: "999 ms",
		999500 * time.Microsecond: "1.0 s",
		12440 * time.Millisecond:  "12.4 s",
		59949 * time.Millisecond:  "59.9 s",
		59950 * time.Millisecond:  "1m0s",
		185 * time.Second:         "3m5s",
		25 * time.Hour:            "25h0m0s",
	} {
		if got := duration(d); got != want {
			t.Errorf("%d: got %q, want %q", d, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 1_250_000: "1.2 MB", 1 << 62: "4.6 EB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		calls int64
		d     time.Duration
		want  string
	}{
		{0, time.Second, ""},
		{5, 0, ""},
		{1_000_000, 2500 * time.Millisecond, "400,000/s"},
		{42, 10 * time.Second, "4.2/s"},
		{5, 10 * time.Second, "30/min"},
		{5, time.Hour, "5.0/h"},
	} {
		if got := rate(c.calls, c.d); got != c.want {
			t.Errorf("%d in %s: got %q, want %q", c.calls, c.d, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{{"birds", 5, "birds"}, {"birds", 4, "bir…"}, {"birds", 1, "…"}, {"birds", 0, ""}, {"41 µs", 5, "41 µs"}} {
		if got := cut(c.text, c.width); got != c.want {
			t.Errorf("%q to %d: got %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
