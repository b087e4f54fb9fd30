package runner

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"io"
	"log"
	"os"
	"time"

	"github.com/lokki-build/lokki/internal/progress"
)

// capture has what steps print on os.Stderr, with package log, and on os.Stdout
// if that is a terminal too, come to w in whole lines, until it is released.
// Else it would be written over a live view. What the Go runtime says of a crash
// is not captured, nor what goes to a file that was taken from os before.
func capture(w io.Writer) (release func()) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return func() {} // printing goes where it went before
	}
	stdout, stderr := os.Stdout, os.Stderr
	logged := log.Writer() == stderr
	os.Stderr = writer
	if progress.Terminal(stdout) {
		os.Stdout = writer
	}
	if logged {
		log.SetOutput(writer)
	}
	// A program that a step started may hold the pipe open, so it is read up to a line
	// that nobody else prints.
	end := []byte(rand.Text() + "\n")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewReader(reader); ; {
			line, err := lines.ReadBytes('\n')
			line, over := bytes.CutSuffix(line, end)
			over = over || err != nil
			if over && len(line) > 0 {
				line = append(line, '\n')
			}
			w.Write(line)
			if over {
				return
			}
		}
	}()
	return func() {
		os.Stdout, os.Stderr = stdout, stderr
		if logged {
			log.SetOutput(stderr)
		}
		if _, err := writer.Write(end); err != nil { // a step has closed it
			reader.SetReadDeadline(time.Now().Add(time.Second))
		}
		<-ended
		writer.Close()
		reader.Close()
	}
}
