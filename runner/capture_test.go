package runner

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"testing"
	"time"
)

// What is printed comes out in lines, and after the release goes where it went
// before. A program that still holds the pipe doesn't hold the release up.
func TestCapture(t *testing.T) {
	stdout, stderr, logged := os.Stdout, os.Stderr, log.Writer()
	flags := log.Flags()
	log.SetFlags(0)
	defer log.SetFlags(flags)
	var out bytes.Buffer
	release := capture(&out)
	fmt.Fprint(os.Stderr, "one\ntw")
	fmt.Fprint(os.Stderr, "o\n")
	log.Print("three")
	sleeper := exec.Command("sleep", "1000")
	sleeper.Stderr = os.Stderr
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(os.Stderr, "four")
	release()
	if err := sleeper.Process.Kill(); err != nil {
		t.Error(err)
	}
	sleeper.Wait()
	if want := "one\ntwo\nthree\nfour\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if os.Stdout != stdout || os.Stderr != stderr || log.Writer() != logged {
		t.Error("something still goes to the pipe")
	}
}

// slow takes its time for the first line, as a terminal far away may.
type slow struct {
	bytes.Buffer
	began chan struct{} // closed when it has the first line
}

func (s *slow) Write(line []byte) (int, error) {
	if s.Len() == 0 {
		close(s.began)
		time.Sleep(200 * time.Millisecond)
	}
	return s.Buffer.Write(line)
}

func TestCaptureLosesNothing(t *testing.T) {
	out := slow{began: make(chan struct{})}
	release := capture(&out)
	fmt.Fprintln(os.Stderr, "one")
	<-out.began
	fmt.Fprintln(os.Stderr, "two")
	release()
	if got := out.String(); got != "one\ntwo\n" {
		t.Errorf("got %q", got)
	}
	release = capture(&out)
	os.Stderr.Close() // by a step
	release()
}
