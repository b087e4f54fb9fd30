package intrinsic

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// The longest array that States.ArrayRange makes, and the longest text that the
// encodings and States.Hash accept.
const (
	maxRange = 1000
	maxText  = 10_000
)

func array(args []any) (any, error) { return append([]any{}, args...), nil }

func arrayPartition(args []any) (any, error) {
	a, err := arrayArg(args, 0)
	if err != nil {
		return nil, err
	}
	size, err := wholeArg(args, 1)
	if err != nil {
		return nil, err
	}
	if size <= 0 {
		return nil, errors.New("the size of the parts must be positive")
	}
	parts := []any{}
	for len(a) > 0 {
		n := min(size, len(a))
		parts = append(parts, a[:n:n])
		a = a[n:]
	}
	return parts, nil
}

func arrayContains(args []any) (any, error) {
	a, err := arrayArg(args, 0)
	if err != nil {
		return nil, err
	}
	for _, element := range a {
		if jsonvalue.Equal(element, args[1]) {
			return true, nil
		}
	}
	return false, nil
}

func arrayRange(args []any) (any, error) {
	var bounds [3]int
	for i := range bounds {
		var err error
		if bounds[i], err = wholeArg(args, i); err != nil {
			return nil, err
		}
	}
	first, last, step := bounds[0], bounds[1], bounds[2]
	if step == 0 {
		return nil, errors.New("the step is 0")
	}
	list := []any{}
	for n := first; step > 0 && n <= last || step < 0 && n >= last; n += step {
		if len(list) == maxRange {
			return nil, fmt.Errorf("it would make more than %d elements", maxRange)
		}
		list = append(list, jsonvalue.Number(n))
	}
	return list, nil
}

func arrayGetItem(args []any) (any, error) {
	a, err := arrayArg(args, 0)
	if err != nil {
		return nil, err
	}
	index, err := wholeArg(args, 1)
	if err != nil {
		return nil, err
	}
	if index < 0 || index >= len(a) {
		return nil, fmt.Errorf("there is no element %d in an array of %d", index, len(a))
	}
	return a[index], nil
}

func arrayLength(args []any) (any, error) {
	a, err := arrayArg(args, 0)
	return jsonvalue.Number(len(a)), err
}

func arrayUnique(args []any) (any, error) {
	a, err := arrayArg(args, 0)
	if err != nil {
		return nil, err
	}
	unique := []any{}
	seen := map[string]bool{}
	for _, element := range a {
		if text := string(jsonvalue.Append(nil, element)); !seen[text] {
			seen[text] = true
			unique = append(unique, element)
		}
	}
	return unique, nil
}

func shortArg(args []any) (string, error) {
	text, err := stringArg(args, 0)
	if err == nil && utf8.RuneCountInString(text) > maxText {
		err = fmt.Errorf("the argument has more than %d characters", maxText)
	}
	return text, err
}

func base64Encode(args []any) (any, error) {
	text, err := shortArg(args)
	return base64.StdEncoding.EncodeToString([]byte(text)), err
}

func base64Decode(args []any) (any, error) {
	text, err := shortArg(args)
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("the argument is not Base64: %w", err)
	}
	return strings.ToValidUTF8(string(data), "\uFFFD"), nil
}

func hash(args []any) (any, error) {
	algorithm, err := stringArg(args, 1)
	if err != nil {
		return nil, err
	}
	text, ok := args[0].(string)
	if !ok {
		text = string(jsonvalue.Append(nil, args[0]))
	}
	if utf8.RuneCountInString(text) > maxText {
		return nil, fmt.Errorf("the argument has more than %d characters", maxText)
	}
	data := []byte(text)
	switch algorithm {
	case "MD5":
		sum := md5.Sum(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-1":
		sum := sha1.Sum(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-256":
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-384":
		sum := sha512.Sum384(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-512":
		sum := sha512.Sum512(data)
		return hex.EncodeToString(sum[:]), nil
	}
	return nil, fmt.Errorf("there is no algorithm %q: want MD5, SHA-1, SHA-256, SHA-384 or SHA-512", algorithm)
}

// jsonMerge merges the top level only: the service has no deep mode.
func jsonMerge(args []any) (any, error) {
	a, aOK := args[0].(map[string]any)
	b, bOK := args[1].(map[string]any)
	if !aOK || !bOK {
		return nil, errors.New("the first two arguments must be objects")
	}
	if args[2] != false {
		return nil, errors.New("the third argument must be false: objects are merged at their top level only")
	}
	merged := maps.Clone(a)
	maps.Copy(merged, b)
	return merged, nil
}

// mathRandom includes the lower bound and excludes the upper one. The same seed
// always gives the same number.
func mathRandom(args []any) (any, error) {
	from, err := wholeArg(args, 0)
	if err != nil {
		return nil, err
	}
	to, err := wholeArg(args, 1)
	if err != nil {
		return nil, err
	}
	if from >= to {
		return nil, errors.New("the first number must be less than the second")
	}
	pick := mathrand.IntN
	if len(args) == 3 {
		seed, err := wholeArg(args, 2)
		if err != nil {
			return nil, err
		}
		pick = mathrand.New(mathrand.NewPCG(uint64(seed), 0)).IntN
	}
	if to-from <= 0 {
		return nil, errors.New("the numbers are too far apart")
	}
	return jsonvalue.Number(from + pick(to-from)), nil
}

func mathAdd(args []any) (any, error) {
	a, err := wholeArg(args, 0)
	if err != nil {
		return nil, err
	}
	b, err := wholeArg(args, 1)
	if err != nil {
		return nil, err
	}
	sum := new(big.Int).Add(big.NewInt(int64(a)), big.NewInt(int64(b)))
	if !sum.IsInt64() {
		return nil, errors.New("the sum is too large")
	}
	return jsonvalue.Number(a + b), nil
}

// stringSplit splits at each character of the second argument and leaves out
// empty parts.
func stringSplit(args []any) (any, error) {
	text, err := stringArg(args, 0)
	if err != nil {
		return nil, err
	}
	letters, err := stringArg(args, 1)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(letters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}

func newUUID([]any) (any, error) { return uuid.NewString(), nil }
