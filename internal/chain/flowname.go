package chain

import (
	"regexp"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// flowFunction returns the qualified name of the function that made a flow, from the
// frames of the flow's first call, its last one, and of the code that builds it. A
// helper may have made part of the flow, or all of it: the flow function is the
// innermost function that a lokki_flow could name, in which all calls were made, and
// that has returned. If there is none, the innermost function in which all calls
// were made gives its name.
func flowFunction(first, last, builds []runtime.Frame) string {
	around := common(first, last)
	returned := around
	running := common(around, builds)
	// The function in which the call stacks of one goroutine diverge was called twice.
	if n := len(running); n > 0 && builds[n-1].PC != around[n-1].PC {
		returned = around[n:]
	}
	for i := len(returned) - 1; i >= 0; i-- {
		if f := returned[i]; canBeFlow(f) {
			return function(f.Function)
		}
	}
	for i := len(around) - 1; i >= 0; i-- {
		// Function literals in package variables belong to no function.
		if name := enclosing(around[i].Function); !strings.HasSuffix(name, ".init") {
			return name
		}
	}
	return enclosing(first[len(first)-1].Function)
}

// common returns the common part of two call stacks, up to the function in which
// they diverge.
func common(a, b []runtime.Frame) []runtime.Frame {
	n := 0
	for n < len(a) && n < len(b) && a[n].Function == b[n].Function {
		n++
		if a[n-1].PC != b[n-1].PC {
			break
		}
	}
	return a[:n]
}

var testFunction = regexp.MustCompile(`^(Test|Benchmark|Fuzz|Example)(\P{Ll}|$)`)

// canBeFlow reports whether a frame is that of an exported top-level function
// other than a test.
func canBeFlow(f runtime.Frame) bool {
	if what, _ := refusal(f.Function); what != "" {
		return false
	}
	_, ident := split(f.Function)
	first, _ := utf8.DecodeRuneInString(ident)
	isTest := strings.HasSuffix(f.File, "_test.go") && testFunction.MatchString(ident)
	return unicode.IsUpper(first) && !isTest
}

var initializer = regexp.MustCompile(`^init(\.\d+)?$`)

// duringInit reports whether a call is made during the initialization of a package.
func duringInit(frames []runtime.Frame) bool {
	for _, f := range frames {
		if _, rest := split(f.Function); initializer.MatchString(rest) {
			return true
		}
	}
	return false
}
