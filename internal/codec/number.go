package codec

import (
	stdjson "encoding/json"
	"strconv"
	"strings"
)

// anyNumber returns a number for an any: a float64, as users of encoding/json
// expect, unless that would change the number. Then it is a json.Number: an id
// of 19 digits passes unharmed through steps that don't know about it, and code
// that asserts float64 gets a failed type assertion instead of a wrong id.
func anyNumber(literal string) any {
	f, err := strconv.ParseFloat(literal, 64)
	if err == nil && (exactlyShort(literal) || sameNumber(literal, strconv.FormatFloat(f, 'e', -1, 64))) {
		return f
	}
	return stdjson.Number(literal)
}

// exactlyShort reports whether literal has at most 15 digits and no exponent, so
// that a float64 holds it exactly.
func exactlyShort(literal string) bool {
	return len(literal) <= 15 && !strings.ContainsAny(literal, "eE")
}

// sameNumber compares two JSON numbers digit by digit.
func sameNumber(a, b string) bool {
	x, okX := parseDecimal(a)
	y, okY := parseDecimal(b)
	return okX && okY && x == y
}

// decimal is ±0.digits × 10^exponent, without leading or trailing zeros in digits.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// parseDecimal reads a valid JSON number; false means that no float64 has its
// exponent.
func parseDecimal(literal string) (decimal, bool) {
	var d decimal
	literal, d.negative = strings.CutPrefix(literal, "-")
	mantissa, exponent := literal, ""
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		mantissa, exponent = literal[:i], literal[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := whole + fraction
	d.digits = strings.TrimLeft(all, "0")
	d.exponent = len(whole) - (len(all) - len(d.digits))
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		d.exponent = 0
		return d, true // zero has no exponent
	}
	if exponent != "" {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > 1e9 || e < -1e9 {
			return d, false
		}
		d.exponent += e
	}
	return d, true
}
