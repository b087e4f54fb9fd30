package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/lokki-build/lokki/internal/lambdahost"
)

// Options say how functions are run.
type Options struct {
	// Concurrency is how many invocations may run at once, of all functions
	// together. It replaces the account's limit.
	Concurrency int

	// Env is added to a function's own environment, as "KEY=value": above all
	// the address of S3.
	Env func(function string) []string

	// Log returns the file for a function's output and Lambda's REPORT lines. It must
	// be open for appending, as the functions' processes write to it directly. If it
	// is nil, or returns nil, all that is discarded.
	Log func(function string) *os.File
}

// Service runs functions. Its methods are safe for concurrent use.
type Service struct {
	slots     chan struct{}
	folder    string               // of the unpacked images
	functions map[string]*function // by ARN
}

// function is a function with its idle environments and its statistics.
type function struct {
	name   string
	config lambdahost.Config

	mu     sync.Mutex
	closed bool
	idle   []*lambdahost.Host // the last one was used last
	stats  Stats
}

// New unpacks the functions' images. It starts no program yet.
func New(functions []Function, o Options) (*Service, error) {
	if o.Concurrency < 1 {
		return nil, fmt.Errorf("concurrency %d: want 1 or more", o.Concurrency)
	}
	// The functions' user must be able to reach it.
	folder, err := os.MkdirTemp("", "functions")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the images: %w", err)
	}
	s := &Service{slots: make(chan struct{}, o.Concurrency), folder: folder, functions: map[string]*function{}}
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	roots := map[string]*lambdahost.Image{} // by image: functions may share one
	for i, f := range functions {
		if roots[f.Image] == nil {
			if roots[f.Image], err = f.unpack(filepath.Join(folder, strconv.Itoa(i))); err != nil {
				return nil, errors.Join(err, s.Close())
			}
		}
		var env []string
		if o.Env != nil {
			env = o.Env(f.Name)
		}
		c, err := f.config(roots[f.Image], env)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		c.Log = io.Discard
		if o.Log != nil {
			if file := o.Log(f.Name); file != nil {
				c.Log = file
			}
		}
		s.functions[f.ARN] = &function{name: f.Name, config: c, stats: Stats{Function: f.Name, Size: f.Memory}}
	}
	return s, nil
}

// Acquire waits until there is room for another invocation, and returns the function
// that frees the slot.
func (s *Service) Acquire(ctx context.Context) (release func(), err error) {
	if ctx.Err() != nil { // a free slot is for callers that still want it
		return nil, context.Cause(ctx)
	}
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Invoke runs a function once, in an idle environment or a new one. A failure
// of the function is in the result. The caller must hold a slot.
func (s *Service) Invoke(ctx context.Context, arn string, payload []byte) (lambdahost.Result, error) {
	f := s.functions[arn]
	if f == nil {
		return lambdahost.Result{}, fmt.Errorf("invoking %s: there is no such function", arn)
	}
	host, err := f.take()
	if err != nil {
		return lambdahost.Result{}, err
	}
	r, err := host.Invoke(ctx, payload)
	f.put(host, r, err)
	return r, err
}

func (f *function) take() (*lambdahost.Host, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, fmt.Errorf("invoking %s: the rehearsal has ended", f.name)
	}
	if last := len(f.idle) - 1; last >= 0 {
		host := f.idle[last]
		f.idle = f.idle[:last]
		return host, nil
	}
	f.stats.Environments++
	return lambdahost.New(f.config)
}

// put returns the environment for the next invocation, and counts this one.
func (f *function) put(host *lambdahost.Host, r lambdahost.Result, err error) {
	f.mu.Lock()
	if r.RequestID != "" {
		f.stats.add(r, err)
	}
	closed := f.closed
	if !closed {
		f.idle = append(f.idle, host)
	}
	f.mu.Unlock()
	if closed {
		host.Close()
	}
	if r.RequestID != "" {
		io.WriteString(f.config.Log, report(r, f.config.Memory))
	}
}

// Close kills all environments and removes the images.
func (s *Service) Close() error {
	var problems []error
	for _, f := range s.functions {
		f.mu.Lock()
		f.closed = true
		idle := f.idle
		f.idle = nil
		f.mu.Unlock()
		for _, host := range idle {
			problems = append(problems, host.Close())
		}
	}
	return errors.Join(append(problems, os.RemoveAll(s.folder))...)
}
