package progress

import "os"

// style is how a piece of text looks on a terminal: parameters of the escape
// sequence SGR (ECMA-48, 8.3.117), empty for plain text.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// apply wraps text in the escape sequences, if colours are on.
func (s style) apply(text string, colours bool) string {
	if s == plain || text == "" || !colours {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// coloured reports whether the user wants colours (https://no-color.org).
func coloured() bool { return os.Getenv("NO_COLOR") == "" }

// dumb reports whether the terminal can't move its cursor.
func dumb() bool { return os.Getenv("TERM") == "dumb" }
