package flowcheck

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// sameNumber has 1, 1.0 and 1e0 be the same, at any size.
var sameNumber = cmp.Comparer(func(a, b json.Number) bool {
	if a == b {
		return true
	}
	// 1e1000000000 would take the memory of all its digits.
	if strings.ContainsAny(string(a+b), "eE") {
		x, errX := a.Float64()
		y, errY := b.Float64()
		return errX == nil && errY == nil && x == y
	}
	x, okX := new(big.Rat).SetString(string(a))
	y, okY := new(big.Rat).SetString(string(b))
	return okX && okY && x.Cmp(y) == 0
})
