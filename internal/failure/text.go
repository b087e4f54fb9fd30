package failure

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxText limits the text of an error, in bytes, wherever it is shown or passed
// on: Step Functions truncates a cause at 32,768 characters, and the type and stack
// must remain readable.
const MaxText = 8 << 10

// Text returns the text of a step's error, limited to MaxText. If it is blank, the
// type of the error is the text.
func Text(err error) string {
	if p, ok := err.(panicked); ok {
		return p.Error() // which is limited already, and has a stack
	}
	text := read(err)
	if strings.TrimSpace(text) == "" {
		own := bare(err)
		if g, ok := own.(*guarded); ok {
			own = bare(g.err)
		}
		return fmt.Sprintf("an error of type %T without a text", own)
	}
	return Cut(text, MaxText)
}

// Cause is Text for use next to a type: if the type is a mark, the text has the name
// that the mark replaced.
func Cause(err error) string {
	if _, is := err.(panicked); is {
		return Text(err)
	}
	if marked := findMark(err); marked != nil {
		if name := Own(marked.Err); name != "" {
			return Cut(name+": "+read(err), MaxText)
		}
	}
	return Text(err)
}

// Cut shortens a text to a number of bytes, after a whole character.
func Cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > most-utf8.UTFMax && cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}

// PanicText returns the text of a panic with a value.
func PanicText(value any) string {
	if err, ok := value.(error); ok {
		return Cut("panic: "+read(err), MaxText)
	}
	return Cut(fmt.Sprintf("panic: %v", value), MaxText)
}

// read returns err's text even if its Error method panics.
func read(err error) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = unreadable(err, v)
		}
	}()
	return err.Error()
}
