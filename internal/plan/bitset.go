package plan

import "math/bits"

// bitset is a set of small numbers. Flows of hundreds of steps are arranged with it in
// milliseconds.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (s bitset) add(i int)      { s[i/64] |= 1 << (i % 64) }
func (s bitset) remove(i int)   { s[i/64] &^= 1 << (i % 64) }
func (s bitset) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s bitset) size() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// without counts what is in s and not in the other set.
func (s bitset) without(other bitset) (n int) {
	for i, word := range s {
		n += bits.OnesCount64(word &^ other[i])
	}
	return n
}
