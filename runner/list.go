package runner

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
)

// items are the elements of a JSON array, as they stand in it. An offset each
// is a third of what a slice each would take.
type items struct {
	array []byte
	ends  []int // offset of the comma, or the bracket, after each element
}

func (l items) len() int { return len(l.ends) }

// at is the element of index i. It can't be appended to.
func (l items) at(i int) []byte {
	begin := 1
	if i > 0 {
		begin = l.ends[i-1] + 1
	}
	return l.array[begin:l.ends[i]:l.ends[i]]
}

var errNoList = errors.New("it is not a JSON array")

// sample is after how many elements split guesses how many there are.
const sample = 1000

// split finds the elements of an array that the codec wrote, which so is valid
// JSON without white space around it. null is an empty array, as a nil slice
// may be encoded so.
func split(array []byte) (items, error) {
	if string(array) == "null" || string(array) == "[]" {
		return items{}, nil
	}
	if len(array) < 2 || array[0] != '[' || array[len(array)-1] != ']' {
		return items{}, errNoList
	}
	l := items{array: array}
	depth := 0
	for i := 1; i < len(array); i++ {
		switch array[i] {
		case '"':
			i = stringEnd(array, i)
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth > 0 {
				continue
			}
			if len(l.ends) == sample { // the others are likely to be as long
				l.ends = slices.Grow(l.ends, len(array)/i*sample+sample)
			}
			l.ends = append(l.ends, i)
		}
	}
	if depth != -1 {
		return items{}, errNoList
	}
	l.ends = append(l.ends, len(array)-1)
	return l, nil
}

// stringEnd is the offset of the quote that ends the string which begins at i.
func stringEnd(data []byte, i int) int {
	for {
		n := bytes.IndexByte(data[i+1:], '"')
		if n < 0 {
			return len(data)
		}
		i += n + 1
		escapes := 0
		for data[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
}

// part is the results of consecutive children, with a comma after each value.
type part struct {
	first   int // index of the first of them
	results []byte
}

func appendAll(results []byte, values [][]byte) []byte {
	for _, v := range values {
		results = append(append(results, v...), ',')
	}
	return results
}

// join makes one array of the parts.
func join(parts []part) []byte {
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.first, b.first) })
	length := 2
	for _, p := range parts {
		length += len(p.results)
	}
	array := append(make([]byte, 0, length), '[')
	for _, p := range parts {
		array = append(array, p.results...)
	}
	if len(parts) > 0 {
		array = array[:len(array)-1] // the last comma
	}
	return append(array, ']')
}
