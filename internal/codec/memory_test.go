package codec

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

type wideElement struct{ Fields [32]int64 }

// TestMapsAreBounded: maps allocate no more than the documentation says.
func TestMapsAreBounded(t *testing.T) {
	const n = 20_000
	var data strings.Builder
	for i := range n {
		fmt.Fprintf(&data, `,"%d":{}`, i)
	}
	object := "{" + data.String()[1:] + "}"
	for _, typ := range []reflect.Type{
		reflect.TypeFor[map[string]struct{ A, B, C, D, E, F, G, H *int }](),
		reflect.TypeFor[map[int]*struct{ A [64]byte }](),
		reflect.TypeFor[map[int16]struct{ X, Y int64 }](),
		reflect.TypeFor[map[appended]struct{ X []int }](),
	} {
		v := reflect.New(typ)
		used := allocated(func() { _ = Unmarshal([]byte(object), v.Interface()) })
		elem := typ.Elem()
		size := elem.Size() + typ.Key().Size()
		if elem.Kind() == reflect.Pointer {
			size += elem.Elem().Size()
		}
		if limit := max(uint64(8*size)*n, bytesPerByte*uint64(len(object))) + bytesAlways; used > limit {
			t.Errorf("decoding a %s allocates %d bytes, more than %d", typ, used, limit)
		}
	}
}

func TestEncodingMapsIsBounded(t *testing.T) {
	const n = 20_000
	byName, byNumber := map[string]*wideElement{}, map[int]wideElement{}
	for i := range n {
		byName[fmt.Sprint(i)], byNumber[i] = &wideElement{}, wideElement{}
	}
	for name, c := range map[string]struct {
		v     any
		limit uint64 // bytes for each member
	}{
		"names":   {byName, 16 + 8},
		"numbers": {byNumber, uint64(reflect.TypeFor[wideElement]().Size()) + 8 + 16 + 64},
	} {
		if err := Encode(io.Discard, c.v); err != nil { // fills the pools
			t.Fatal(err)
		}
		if used := allocated(func() { _ = Encode(io.Discard, c.v) }); used > c.limit*n+2*bytesAlways {
			t.Errorf("%s: encoding allocates %d bytes, more than %d for each of %d members", name, used, c.limit, n)
		}
	}
}
