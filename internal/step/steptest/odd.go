// Package steptest has odd ways in which a step may end. The Lambda and the local run
// are both tested with all of them.
package steptest

import (
	"errors"
	"log"
	"runtime"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
)

// NilError is an error whose method needs the pointer.
type NilError struct{ text string }

func (e *NilError) Error() string { return e.text }

// Unreadable is an error without a text.
type Unreadable struct{}

func (Unreadable) Error() string { panic("no text") }

// Unsearchable is an error that errors.As can't search.
type Unsearchable struct{}

func (Unsearchable) Error() string { return "unsearchable" }

// As panics.
func (Unsearchable) As(any) bool { panic("no As") }

const unreadable = "an error of type steptest.Unreadable that can't be read: one of its methods panicked: no text"

// Odd is a way to end, and the error that it is.
type Odd struct {
	End  func() error
	Type string
	Text string // part of the error's text
}

// All are the odd ends by name.
var All = map[string]Odd{
	"typed nil":                    {func() error { return (*NilError)(nil) }, "NilError", "no error text: the error is nil\nhint: the step returned a nil *steptest.NilError as its error"},
	"Error panics":                 {func() error { return Unreadable{} }, "Unreadable", unreadable},
	"As panics":                    {func() error { return Unsearchable{} }, "Unsearchable", "unsearchable"},
	"marked":                       {func() error { return permanent(Unreadable{}) }, failure.Permanent, unreadable},
	"panic with an error":          {func() error { panic(Unreadable{}) }, failure.Panic, "panic: " + unreadable},
	"panic with a marked error":    {func() error { panic(permanent(Unsearchable{})) }, failure.Panic, "panic: unsearchable"},
	"panic with nil":               {func() error { panic(nil) }, failure.Panic, "panic: panic called with nil argument"}, //nolint:govet // what this case tests
	"long":                         {func() error { return errors.New(strings.Repeat("é", 1<<20)) }, failure.Plain, "é…"},
	"long panic":                   {func() error { panic(strings.Repeat("é", 1<<20)) }, failure.Panic, "é…"},
	"log.Panic":                    {func() error { log.Panic("boom"); return nil }, failure.Panic, "panic: boom"},
	"Goexit":                       {func() error { runtime.Goexit(); return nil }, failure.Panic, "it ended its goroutine"},
	"an error of lokki":            {func() error { return failure.Name(failure.Encoding, errors.New("boom")) }, failure.Encoding, "boom"},
	"panic in a deferred function": {func() error { defer func() { panic("second") }(); panic("first") }, failure.Panic, "panic: second"},
}

func permanent(err error) error { return &failure.Marked{Type: failure.Permanent, Err: err} }
