package flowcheck

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// sameNumbers writes equal numbers in v the same way: 1, 1.0 and 1e0 are one
// value.
func sameNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case []any:
		for i := range v {
			v[i] = sameNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = sameNumbers(v[k])
		}
	}
	return v
}

func number(n json.Number) json.Number {
	text := string(n)
	if strings.ContainsAny(text, "eE") {
		// Not exact: 1e1000000000 would take the memory of all its digits.
		f, err := n.Float64()
		if err != nil {
			return n
		}
		text = strconv.FormatFloat(f, 'f', -1, 64)
	}
	exact, ok := new(big.Rat).SetString(text)
	switch {
	case !ok:
		return n
	case exact.IsInt():
		return json.Number(exact.Num().String())
	}
	return json.Number(strings.TrimRight(text, "0"))
}
