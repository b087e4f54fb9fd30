package e2e_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
)

var early = os.Stdout // as a step's package may store it

// Untidy does what a step may do and shouldn't.
func Untidy(_ context.Context, how string) (string, error) {
	switch how {
	case "print":
		fmt.Print("of fmt")
	case "print early":
		fmt.Fprint(early, "of a variable")
	case "write":
		syscall.Write(1, []byte("of the system"))
	case "write an error":
		fmt.Fprint(os.Stderr, "of standard error")
	case "start":
		cmd := exec.Command("/bin/echo", "-n", "of a program")
		cmd.Stdout = os.Stdout
		return how, cmd.Run()
	case "close":
		return how, os.Stdout.Close()
	case "flags":
		flag.Parse()
		return fmt.Sprint(flag.NArg(), len(os.Args)), nil
	case "read":
		data, err := io.ReadAll(os.Stdin)
		return string(data), err
	case "zone":
		here := time.Date(2026, 7, 1, 12, 0, 0, 0, time.Local)
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return "", err
		}
		return here.Format("15:04 MST, ") + here.In(zone).Format("15:04 MST"), nil
	case "exit":
		os.Exit(0)
	case "goroutine":
		go func() { panic("in a goroutine") }()
		select {}
	case "Goexit":
		runtime.Goexit()
	}
	return how, nil
}

// Whatever a step prints, and wherever its line ends, the line from which CloudWatch
// takes metrics is a separate one.
func TestMetricsOfAStepThatPrints(t *testing.T) {
	c := newCloud(t)
	for n, how := range []string{"print", "print early", "write", "write an error", "start", "close"} {
		c.must("Untidy", envelope.Request{Step: fmt.Sprint("untidy-", n), Defaults: fmt.Appendf(nil, "%q", how)})
		metrics := 0
		log := c.logged()
		for line := range strings.Lines(log) {
			var fields map[string]any
			if json.Unmarshal([]byte(line), &fields) == nil && fields["_aws"] != nil {
				metrics++
			}
		}
		if metrics != 1 {
			t.Errorf("%s: %d lines of metrics in\n%s", how, metrics, log)
		}
	}
}

func TestWhatAStepFinds(t *testing.T) {
	c := newCloud(t)
	for n, how := range []string{"flags", "read", "zone"} {
		want := []string{`"0 1"`, `""`, `"12:00 UTC, 14:00 CEST"`}[n]
		step := fmt.Sprint("untidy-", n)
		c.must("Untidy", envelope.Request{Step: step, Defaults: fmt.Appendf(nil, "%q", how)})
		if got := c.value(step, ""); got != want {
			t.Errorf("%s: got %s, want %s", how, got, want)
		}
	}
}

// A step that ends its process has failed, even with exit code 0.
func TestAStepThatEndsItsProcess(t *testing.T) {
	c := newCloud(t)
	for how, want := range map[string]string{"exit": "exit status 0", "goroutine": "exit status 2"} {
		_, result := c.invoke("Untidy", envelope.Request{Step: "untidy", Defaults: fmt.Appendf(nil, "%q", how)})
		if result.Failure == nil || result.Failure.Type != "Runtime.ExitError" || !strings.Contains(result.Failure.Message, want) {
			t.Errorf("%s: got %+v", how, result.Failure)
		}
	}
	_, result := c.invoke("Untidy", envelope.Request{Step: "untidy", Defaults: []byte(`"Goexit"`)})
	if result.Failure == nil || result.Failure.Type != "Lokki.Panic" || !strings.Contains(result.Failure.Message, "ended its goroutine") {
		t.Errorf("Goexit: got %+v", result.Failure)
	}
}
