package interpreter

import (
	"errors"
	"fmt"
)

// Problem is one thing that is wrong with a definition. Several are joined with
// errors.Join.
type Problem struct {
	At   string // where, as in "/States/get-birds/Retry[0]/ErrorEquals"
	What string
	Hint string // what to do; may be empty
}

// Error is "where: what", then a line "hint: …" if there is one.
func (p Problem) Error() string {
	message := p.At + ": " + p.What
	if p.Hint != "" {
		message += "\nhint: " + p.Hint
	}
	return message
}

// problems collects what is wrong while a definition is read.
type problems struct{ list []error }

func (p *problems) add(at, format string, args ...any) {
	p.list = append(p.list, Problem{At: at, What: fmt.Sprintf(format, args...)})
}

func (p *problems) hint(at, hint, format string, args ...any) {
	p.list = append(p.list, Problem{At: at, What: fmt.Sprintf(format, args...), Hint: hint})
}

func (p *problems) err() error { return errors.Join(p.list...) }
