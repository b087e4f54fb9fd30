package packed

import "bytes"

// index says where in a pack the record of each key begins. The outputs of a
// map take 8 bytes for each item, because their keys differ in one number.
type index struct {
	columns map[string]*column
	others  map[string]int64
}

// column has the keys that differ only in their last map index.
type column struct {
	dense  []int64 // by index, the offset plus 1; 0 for none
	sparse map[int]int64
}

func newIndex() *index { return &index{columns: map[string]*column{}, others: map[string]int64{}} }

// add adds a record. Of two with the same key, the first wins.
func (x *index) add(key []byte, off int64) {
	at, end := number(key)
	n, ok := decimal(key[at:end])
	if !ok {
		if _, taken := x.others[string(key)]; !taken {
			x.others[string(key)] = off
		}
		return
	}
	c := x.columns[string(key[:at])+string(key[end:])]
	if c == nil {
		c = &column{sparse: map[int]int64{}}
		x.columns[string(key[:at])+string(key[end:])] = c
	}
	c.add(n, off)
}

// find returns the offset of a key's record.
func (x *index) find(key string) (int64, bool) {
	at, end := number([]byte(key))
	n, ok := decimal([]byte(key[at:end]))
	if !ok {
		off, ok := x.others[key]
		return off, ok
	}
	c := x.columns[key[:at]+key[end:]]
	if c == nil {
		return 0, false
	}
	return c.find(n)
}

// number finds the second to last part of a key, which in maps is a map index.
func number(key []byte) (at, end int) {
	end = max(0, bytes.LastIndexByte(key, '/'))
	return bytes.LastIndexByte(key[:end], '/') + 1, end
}

// decimal parses a map index in its canonical form.
func decimal(s []byte) (n int, ok bool) {
	if len(s) == 0 || len(s) > 9 || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

// near is how far beyond its end a column may grow at once: keys arrive roughly in
// the order of their indices, or as far apart as batches are large.
const near = 4096

func (c *column) add(n int, off int64) {
	switch {
	case n < len(c.dense):
	case n < 2*len(c.dense)+near:
		c.dense = append(c.dense, make([]int64, n+1-len(c.dense))...)
	default:
		if _, taken := c.sparse[n]; !taken {
			c.sparse[n] = off
		}
		return
	}
	if _, taken := c.sparse[n]; !taken && c.dense[n] == 0 {
		c.dense[n] = off + 1
	}
}

func (c *column) find(n int) (int64, bool) {
	if n < len(c.dense) && c.dense[n] > 0 {
		return c.dense[n] - 1, true
	}
	off, ok := c.sparse[n]
	return off, ok
}
