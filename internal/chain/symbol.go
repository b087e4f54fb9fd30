package chain

import (
	"net/url"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// symbolOf returns the linker's symbol of a function value; empty for nil.
func symbolOf(fn any) string {
	pc := reflect.ValueOf(fn).Pointer()
	if pc == 0 {
		return ""
	}
	// FuncForPC would return a function that was inlined at the very start. The
	// last frame is the function itself. CallersFrames expects return addresses.
	frames := runtime.CallersFrames([]uintptr{pc + 1})
	for {
		f, more := frames.Next()
		if !more {
			return f.Function
		}
	}
}

// split splits a symbol into the import path and the rest, which is an identifier
// for a top-level function, and more for anything else.
func split(symbol string) (path, rest string) {
	slash := strings.LastIndexByte(symbol, '/') + 1
	// The linker writes the last element's own dots as %2e.
	path, rest, _ = strings.Cut(symbol[slash:], ".")
	path = symbol[:slash] + path
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	return path, rest
}

// function returns the qualified name for the symbol of a top-level function.
func function(symbol string) string {
	path, rest := split(symbol)
	return path + "." + rest
}

var closure = regexp.MustCompile(`^(func\d*|gowrap\d+|deferwrap\d+|\d+)$|-range\d+$|^$`)

// instance is how the linker writes all type arguments.
const instance = "[...]"

// enclosing returns the qualified name of the named function that a symbol belongs
// to: BirdsFlow for the closure BirdsFlow.func1, Chain for Chain[...].func1.
func enclosing(symbol string) string {
	path, rest := split(symbol)
	rest = strings.ReplaceAll(rest, instance, "")
	parts := slices.DeleteFunc(strings.Split(rest, "."), func(part string) bool {
		return closure.MatchString(part) || strings.HasPrefix(part, "(")
	})
	if len(parts) == 0 {
		return path + "." + rest
	}
	return path + "." + parts[len(parts)-1]
}

// refusal says why a symbol is not that of a top-level function that other code
// can name, and what to do; "" if it is.
func refusal(symbol string) (what, hint string) {
	_, rest := split(symbol)
	switch {
	case symbol == "":
		return "it is nil", "pass the name of a top-level function"
	case strings.HasSuffix(rest, "]"):
		return "it is an instance of a generic function",
			"write a top-level function with concrete types that calls it, and pass that"
	case strings.HasSuffix(rest, "-fm"):
		return "it is a method value",
			"write a top-level function that creates the receiver and calls the method, and pass that"
	case strings.ContainsAny(rest, ".-"):
		return "it is a closure or a function literal",
			"move it to a top-level function; pass what it captures in its argument"
	}
	return "", ""
}
