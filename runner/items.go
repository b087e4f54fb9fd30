package runner

import (
	"bytes"
	"errors"
	"slices"
)

// items are what a map is over: elements of a list, as they stand in it.
type items struct {
	parts []elements
	per   int // elements in each part but the last
	count int
}

// at is the item of index i. It can't be appended to.
func (l items) at(i int) []byte { return l.parts[i/l.per].at(i % l.per) }

// list is all items again.
func (l items) list() list {
	all := make(list, len(l.parts))
	for i, p := range l.parts {
		all[i] = part{p.array, len(p.ends)}
	}
	return all
}

// itemsOf finds the items in an array.
func itemsOf(array []byte) (items, error) {
	all, err := split(array)
	if err != nil || len(all.ends) == 0 {
		return items{}, err
	}
	return items{parts: []elements{all}, per: len(all.ends), count: len(all.ends)}, nil
}

// elements are those of a JSON array. An offset each is a third of what a slice
// each would take.
type elements struct {
	array []byte
	ends  []int // offset of the comma, or the bracket, after each element
}

func (l elements) at(i int) []byte {
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
func split(array []byte) (elements, error) {
	if string(array) == "null" || string(array) == "[]" {
		return elements{}, nil
	}
	if len(array) < 2 || array[0] != '[' || array[len(array)-1] != ']' {
		return elements{}, errNoList
	}
	l := elements{array: array}
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
		return elements{}, errNoList
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
