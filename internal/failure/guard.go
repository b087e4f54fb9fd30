package failure

import (
	"errors"
	"fmt"
	"reflect"
)

// Guard makes an error that a step returned safe to use. The methods of an error
// are the step's code: they may panic, wrap themselves endlessly, or belong to a nil
// pointer. Most errors are returned unchanged. In the others errors.Is and errors.As
// find what they can without panicking, and the type remains.
func Guard(err error) error {
	if err == nil {
		return nil
	}
	own, broken := inspect(err)
	g := &guarded{err: err, endless: broken == endless}
	switch {
	case isNil(err):
		g.text = fmt.Sprintf("%s\nhint: the step returned a nil %s as its error, which is not a nil error: let it return nil itself", readNil(err, broken), nilType(err))
	case broken != nil:
		g.text = unreadable(err, broken)
	case own:
		g.text = read(err)
	default:
		return err
	}
	g.kind = safeKind(err)
	if marked := findMark(err); marked != nil {
		return &Marked{Type: marked.Type, Err: g}
	}
	return g
}

// guarded is an error whose methods are called only with protection, or not at all.
type guarded struct {
	err        error
	text, kind string
	endless    bool // it can't be searched
}

func (g *guarded) Error() string { return g.text }

// Is and As replace Unwrap, through which package errors would call the methods
// itself.
func (g *guarded) Is(target error) (is bool) {
	defer func() { is = recover() == nil && is }()
	return !g.endless && errors.Is(g.err, target)
}

func (g *guarded) As(target any) (as bool) {
	defer func() { as = recover() == nil && as }()
	return !g.endless && errors.As(g.err, target)
}

// mostWrapped is how many errors an error may wrap.
const mostWrapped = 1000

const endless = "it wraps errors endlessly"

// inspect calls the methods of an error and of those that it wraps. own reports
// whether one of them has an Is or As method; broken is what one panicked with.
func inspect(err error) (own bool, broken any) {
	defer func() {
		if v := recover(); v != nil {
			broken = v
		}
	}()
	_ = err.Error()
	left := mostWrapped
	for queue := []error{err}; len(queue) > 0; queue = queue[1:] {
		if left--; left < 0 {
			return own, endless
		}
		switch queue[0].(type) {
		case *guarded: // already inspected
		case interface{ Is(error) bool }, interface{ As(any) bool }:
			own = true
		}
		switch e := queue[0].(type) {
		case interface{ Unwrap() error }:
			if inner := e.Unwrap(); inner != nil {
				queue = append(queue, inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				if inner != nil {
					queue = append(queue, inner)
				}
			}
		}
	}
	return own, nil
}

// bare returns err without lokki's marks and names, which are not the step's pointers.
func bare(err error) error {
	for {
		switch e := err.(type) {
		case *Marked:
			err = e.Err
		case *Named:
			err = e.Err
		default:
			return err
		}
	}
}

func isNil(err error) bool {
	v := reflect.ValueOf(bare(err))
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

func nilType(err error) string { return reflect.TypeOf(bare(err)).String() }

func readNil(err error, broken any) string {
	if broken != nil {
		return "no error text: the error is nil"
	}
	return read(err)
}

// unreadable returns a text for an error that has none.
func unreadable(err error, broken any) string {
	if broken == endless {
		return fmt.Sprintf("an error of type %T: %s", bare(err), endless)
	}
	return fmt.Sprintf("an error of type %T that can't be read: one of its methods panicked: %v", bare(err), broken)
}

// safeKind is Own with panics caught.
func safeKind(err error) (kind string) {
	defer func() {
		if recover() != nil {
			kind = GoType(reflect.TypeOf(bare(err)))
		}
	}()
	for range mostWrapped {
		switch e := err.(type) {
		case *Named:
			return e.Type
		case *guarded:
			return e.kind
		case *Marked:
			err = e.Err
			continue
		}
		if name := GoType(reflect.TypeOf(err)); name != "" {
			return name
		}
		inner, ok := err.(interface{ Unwrap() error })
		if !ok {
			return Own(err)
		}
		if err = inner.Unwrap(); err == nil {
			return ""
		}
	}
	return ""
}

// findMark returns the mark in an error; nil if there is none.
func findMark(err error) (marked *Marked) {
	defer func() {
		if recover() != nil {
			marked = nil
		}
	}()
	for range mostWrapped {
		if marked, is := err.(*Marked); is {
			return marked
		}
		inner, is := err.(interface{ Unwrap() error })
		if !is {
			break
		}
		if err = inner.Unwrap(); err == nil {
			return nil
		}
	}
	if _, broken := inspect(err); broken == nil {
		errors.As(err, &marked)
	}
	return marked
}
