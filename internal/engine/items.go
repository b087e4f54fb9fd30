package engine

import (
	"bytes"
	"errors"
	"slices"
)

// items are the items of a map: the encoded elements of a list.
type items struct {
	parts []elements
	per   int // elements in each part except the last
	count int
}

// at returns the item at index i. It can't be appended to.
func (l items) at(i int) []byte { return l.parts[i/l.per].at(i % l.per) }

// list returns all items as a list.
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

// elements are the elements of a JSON array. An offset for each takes a third of
// the memory of a slice for each.
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

// sample is the number of elements after which split estimates the total.
const sample = 1000

// split finds the elements of an array that the codec wrote, which is therefore
// valid JSON without white space around it. null is an empty array, since a nil
// slice may be encoded that way.
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
			if len(l.ends) == sample { // the others are probably as long
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

// stringEnd returns the offset of the quote that ends the string starting at i.
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
