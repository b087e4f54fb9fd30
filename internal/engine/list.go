package engine

import (
	"cmp"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/step"
)

// list is a long JSON array in parts: what a map takes its items from, and what
// it passes to its aggregation. It is joined only to be shown or stored, and its
// parts are encoded and decoded in parallel.
type list []part

// part is consecutive elements of a list.
type part struct {
	array []byte // a JSON array
	count int    // number of elements
}

func (l list) len() (n int) {
	for _, p := range l {
		n += p.count
	}
	return n
}

// size returns the bytes of the joined list; 0 if there is no list.
func (l list) size() (n int64) {
	for i, p := range l {
		n += int64(len(p.array))
		if i > 0 {
			n-- // a comma replaces two brackets
		}
	}
	return n
}

// join returns the parts, none of which is empty, as one array.
func (l list) join() []byte {
	array := append(make([]byte, 0, max(2, l.size())), '[')
	for i, p := range l {
		if i > 0 {
			array = append(array, ',')
		}
		array = append(array, p.array[1:len(p.array)-1]...)
	}
	return append(array, ']')
}

// perPart is how many elements are encoded at a time: enough to outweigh the cost
// of a part, and few enough not to keep another worker waiting.
const perPart = 1024

// encodeList encodes a slice. If it is short, or can't be encoded, it is encoded as
// a whole, which gives the right error; otherwise as items, and array is nil.
func (p *pool) encodeList(result any) (array []byte, all items, err error) {
	slice := reflect.ValueOf(result)
	if slice.Kind() == reflect.Slice && slice.Len() >= 2*perPart {
		all = items{parts: make([]elements, (slice.Len()+perPart-1)/perPart), per: perPart, count: slice.Len()}
		if p.spread(len(all.parts), func(i int) error {
			array, err := codec.Marshal(slice.Slice(i*perPart, min((i+1)*perPart, slice.Len())).Interface())
			if err == nil {
				all.parts[i], err = split(array)
			}
			return err
		}) {
			return nil, all, nil
		}
	}
	array, err = step.Encode(result)
	return array, items{}, err
}

// decode decodes the list into a pointer to a slice, each part in its place. If
// that fails, it decodes the whole list, to report a precise error.
func (l list) decode(p *pool, into any) error {
	slice := reflect.ValueOf(into).Elem()
	if len(l) > 1 && slice.Kind() == reflect.Slice {
		all := reflect.MakeSlice(slice.Type(), l.len(), l.len())
		ends := make([]int, len(l))
		end := 0
		for i, p := range l {
			end += p.count
			ends[i] = end
		}
		if p.spread(len(l), func(i int) error {
			place := all.Slice3(ends[i]-l[i].count, ends[i], ends[i])
			decoded := reflect.New(slice.Type())
			decoded.Elem().Set(place) // reuses its memory
			err := codec.Unmarshal(l[i].array, decoded.Interface())
			if err == nil && (decoded.Elem().Len() != place.Len() || decoded.Elem().Pointer() != place.Pointer()) {
				err = errNoList
			}
			return err
		}) {
			slice.Set(all)
			return nil
		}
	}
	return codec.Unmarshal(l.join(), into)
}

// spread calls f for 0 to n-1, in parallel as far as there are slots, and reports
// whether all calls succeeded. f calls the codec, and so users' methods, which may
// panic.
func (p *pool) spread(n int, f func(i int) error) bool {
	var next atomic.Int64
	var failed atomic.Bool
	work := func() {
		done := false
		defer func() {
			if !done {
				_ = recover() // it recurs when the whole list is decoded
				failed.Store(true)
			}
		}()
		for i := int(next.Add(1)) - 1; i < n && !failed.Load(); i = int(next.Add(1)) - 1 {
			if f(i) != nil {
				return
			}
		}
		done = true
	}
	p.beside(n-1, work)
	return !failed.Load()
}

// results are the results of consecutive children of a map.
type results struct {
	first int // index of the first child
	part
}

// listOf returns the results of a map in order.
func listOf(all []results) list {
	slices.SortFunc(all, func(a, b results) int { return cmp.Compare(a.first, b.first) })
	l := make(list, len(all))
	for i, r := range all {
		l[i] = r.part
	}
	return l
}
