package codec

import (
	stdjson "encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"time"
)

// generator makes random types and values.
type generator struct {
	*rand.Rand
	refused bool // a part of the value is one that Marshal has to refuse
	full    bool // no part of the value may be zero, or refused
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
}

func (g *generator) one(in int) bool { return g.IntN(in) == 0 }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

type letter byte

var (
	scalars = typesOf(false, "", 0, int8(0), int64(0), uint8(0), uint64(0), uintptr(0), float32(0), 0.0,
		[]byte{}, [3]byte{}, named{}, []letter{}, [2]letter{}, struct{}{}, []any{}, map[string]any{})
	keyTypes = typesOf("", int16(0), uint64(0), 0.0, jsonKey(0), bothKey(0), structKey{}, textByValue{}, netip.Addr{},
		stdjson.Number(""), appended(0))
	neverTypes = typesOf(func() {}, make(chan int), complex64(0), map[bool]int{}, struct{ E error }{})
	embeddable = typesOf(Base{}, Embedded{}, AllOmitted{}, Num(0), Words{}, Table{}, Other{}, &Base{}, &AllOmitted{}, Pair[int, []byte]{}, Empty{})
	tagNames   = []string{"", "", "", "", "a", "b", "ID", "F1", "-", "x y", "é", `a\\b`, "a'b", "<&>", "Tags", "名", "🦆"}
	tagOptions = []string{"omitempty", "omitempty", "omitzero", "string", " omitempty", "", "inline", "embed", "unknown",
		"format:units", "case:ignore", "omit_empty", "OMITZERO", "'x'", "required"}
)

func typesOf(values ...any) []reflect.Type {
	types := make([]reflect.Type, len(values))
	for i, v := range values {
		types[i] = reflect.TypeOf(v)
	}
	return types
}

func (g *generator) typ(depth int) reflect.Type {
	n := g.IntN(24)
	if depth <= 0 {
		n %= 12
	}
	switch {
	case n < 8:
		return pick(g, scalars)
	case n < 11:
		return pick(g, keptTypes)
	case n == 11:
		if g.one(8) {
			return pick(g, neverTypes)
		}
		return reflect.TypeFor[any]()
	case n == 12:
		return reflect.PointerTo(g.typ(depth - 1))
	case n == 13:
		return reflect.SliceOf(g.typ(depth - 1))
	case n == 14:
		return reflect.ArrayOf(g.IntN(3), g.typ(depth-1))
	case n < 17:
		return reflect.MapOf(pick(g, keyTypes), g.typ(depth-1))
	}
	return g.structType(depth)
}

func (g *generator) structType(depth int) reflect.Type {
	var fields []reflect.StructField
	used := map[string]bool{}
	for i := range g.IntN(5) {
		f := reflect.StructField{Name: "F" + strconv.Itoa(i), Type: g.typ(depth - 1), Tag: g.tag()}
		switch {
		case g.one(12):
			f.Name, f.PkgPath = "f"+strconv.Itoa(i), "github.com/lokki-build/lokki/internal/codec"
		case g.one(6):
			f.Type, f.Anonymous = pick(g, embeddable), true
			if t := f.Type; t.Kind() == reflect.Pointer {
				f.Name = t.Elem().Name()
			} else {
				f.Name = t.Name()
			}
			if f.Name == "Pair[int,[]uint8]" {
				f.Name = "Pair"
			}
		}
		if !used[f.Name] {
			used[f.Name] = true
			fields = append(fields, f)
		}
	}
	return structOf(fields)
}

// structOf embeds what reflect can embed, which excludes some types with methods.
func structOf(fields []reflect.StructField) (t reflect.Type) {
	defer func() {
		if recover() != nil {
			for i := range fields {
				fields[i].Anonymous = false
			}
			t = reflect.StructOf(fields)
		}
	}()
	return reflect.StructOf(fields)
}

func (g *generator) tag() reflect.StructTag {
	if g.one(2) {
		return ""
	}
	text := pick(g, tagNames)
	for range g.IntN(3) {
		text += "," + pick(g, tagOptions)
	}
	return reflect.StructTag("json:" + strconv.Quote(text))
}

// fill sets v, and what it is made of, to depth levels.
func (g *generator) fill(v reflect.Value, depth int) {
	if f, ok := fillers[v.Type()]; ok {
		f(g, v)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.full || g.one(2))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(g.number()) << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.number() << (64 - v.Type().Bits()) >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(g.float())
	case reflect.String:
		v.SetString(g.text())
	case reflect.Interface:
		if v.NumMethod() == 0 {
			if a := g.any(depth); a != nil {
				v.Set(reflect.ValueOf(a))
			}
		}
	case reflect.Pointer:
		g.fillPointer(v, depth)
	case reflect.Slice:
		if g.nonNil(depth) {
			n := g.IntN(3)
			if g.full {
				n++
			}
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		g.fillMap(v, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Tag.Get("json") != "-" {
				g.fillField(v.Field(i), f, depth)
			}
		}
	}
}

func (g *generator) nonNil(depth int) bool { return depth > 0 && (g.full || g.IntN(4) > 0) }

func (g *generator) fillField(v reflect.Value, f reflect.StructField, depth int) {
	switch {
	case v.CanSet():
		g.fill(v, depth)
	case f.Anonymous && v.Kind() == reflect.Struct: // its exported fields can be set
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Type().Field(i).Tag.Get("json") != "-" {
				g.fill(v.Field(i), depth)
			}
		}
	}
}

func (g *generator) fillPointer(v reflect.Value, depth int) {
	if !g.nonNil(depth) || v.Type().Elem() == v.Type() {
		return
	}
	v.Set(reflect.New(v.Type().Elem()))
	g.fill(v.Elem(), depth-1)
	if nullable(v.Type().Elem()) && isNull(v.Elem()) {
		g.refused = true
	}
}

func (g *generator) fillMap(v reflect.Value, depth int) {
	if !g.nonNil(depth) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	n := g.IntN(3)
	if g.full {
		n++
	}
	for range n {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		before := g.refused
		if g.fill(key, 0); key.Type() == numberType {
			g.refused = before // as a key it is any string
		}
		if !v.MapIndex(key).IsValid() { // otherwise a refused part would be lost
			g.fill(elem, depth-1)
			v.SetMapIndex(key, elem)
		}
	}
}

func (g *generator) number() uint64 {
	n := g.Uint64() >> g.IntN(64)
	if g.full {
		n |= 0x0101010101010101
	}
	return n
}

func (g *generator) float() float64 {
	switch {
	case g.full:
		return 1.5
	case g.one(8):
		return math.Copysign(0, -1)
	case g.one(40):
		g.refused = true
		return pick(g, []float64{math.NaN(), math.Inf(1), math.Inf(-1)})
	case g.one(3): // also for a float32
		return float64(math.Float32frombits(g.Uint32() &^ (1 << 30)))
	}
	return pick(g, []float64{0, 1, 0.1, 1e-7, 1e21, 3.4028234663852886e38, 1.401298464324817e-45, -2.5})
}

func (g *generator) text() string {
	if g.one(60) && !g.full {
		g.refused = true
		return "\xff"
	}
	texts := []string{"a", "null", `"null"`, "true", "1", "<&>", "\u2028", "é🦆", "\x00", "\\\"", "- .", "0.1"}
	if !g.full {
		texts = append(texts, "", "")
	}
	return pick(g, texts)
}

func (g *generator) time() time.Time {
	offset := g.IntN(96)*15*60 - 12*3600
	if g.one(6) && !g.full {
		return time.Time{}
	}
	if g.one(40) && !g.full {
		offset++
		g.refused = true
	}
	return time.Unix(g.Int64N(200_000_000_000), g.Int64N(1e9)).In(time.FixedZone("", offset))
}

// any makes a value that comes back unchanged from an any.
func (g *generator) any(depth int) any {
	n := 7
	if depth <= 0 {
		n = 5
	}
	switch g.IntN(n) {
	case 0:
		if g.full {
			return true
		}
		return nil
	case 1:
		return g.one(2)
	case 2:
		return g.text()
	case 3:
		return g.float()
	case 4:
		return stdjson.Number(strconv.FormatUint(g.Uint64()|1<<60|1, 10))
	case 5:
		list := make([]any, g.IntN(3))
		for i := range list {
			list[i] = g.any(depth - 1)
		}
		return list
	}
	object := map[string]any{}
	for range g.IntN(3) {
		if key := g.text(); object[key] == nil { // otherwise a refused part would be lost
			object[key] = g.any(depth - 1)
		}
	}
	return object
}

// pickFull is pick, but skips the first value, which is zero, if g.full.
func pickFull[T any](g *generator, list ...T) T {
	if g.full {
		list = list[1:]
	}
	return pick(g, list)
}

func filler[T any](f func(g *generator) T) (reflect.Type, func(*generator, reflect.Value)) {
	return reflect.TypeFor[T](), func(g *generator, v reflect.Value) { v.Set(reflect.ValueOf(f(g))) }
}

var fillers = map[reflect.Type]func(*generator, reflect.Value){}

func register[T any](f func(g *generator) T) {
	t, fill := filler(f)
	fillers[t] = fill
}

func init() {
	register(func(g *generator) time.Time { return g.time() })
	register(func(g *generator) stamp { return stamp{g.time()} })
	register(func(g *generator) stampDash { return stampDash{Time: g.time()} })
	register(func(g *generator) ownOverPromoted {
		return ownOverPromoted{time.Unix(g.Int64N(1e9), 5).UTC(), pick(g, []string{"a", "b"})}
	})
	register(func(g *generator) stdjson.Number {
		if g.one(30) && !g.full {
			g.refused = true
			return pick(g, []stdjson.Number{"x", "1 ", "0x1", "01"})
		}
		if g.one(4) && !g.full {
			return ""
		}
		return stdjson.Number(pick(g, []string{"1", "-0", "1e400", "0.10", "123456789012345678901"}))
	})
	register(func(g *generator) stdjson.RawMessage {
		if g.one(30) && !g.full {
			g.refused = true
			return stdjson.RawMessage(pick(g, []string{"", "{", `{"a":1,"a":2}`, "1 2"}))
		}
		if g.one(4) && !g.full {
			return nil
		}
		return stdjson.RawMessage(pick(g, []string{`{"b":1,"a":[1.0,"\u00e9"]}`, "7", `""`, "false"}))
	})
	register(func(g *generator) textByValue { return textByValue{pickFull(g, "", "a", "é")} })
	register(func(g *generator) textByPointer { return textByPointer{pickFull(g, "", "a")} })
	register(func(g *generator) jsonByPointer { return jsonByPointer{pickFull(g, 0, 1, -7)} })
	register(func(g *generator) netip.Addr { return netip.AddrFrom4([4]byte{byte(g.IntN(3)), 2, 3, 4}) })
	register(func(g *generator) netip.Prefix { return netip.MustParsePrefix(fmt.Sprintf("10.0.0.0/%d", g.IntN(33))) })
	register(func(g *generator) netip.AddrPort { return netip.AddrPortFrom(netip.IPv6Loopback(), uint16(g.Uint32())) })
	register(func(g *generator) url.URL {
		u := url.URL{Scheme: "s", Host: pick(g, []string{"", "h:1"}), Path: "/a b", ForceQuery: g.one(2)}
		u.User = pick(g, []*url.Userinfo{nil, url.User(""), url.User("a:é/"), url.UserPassword("", "x@"), url.UserPassword("u", "")})
		return u
	})
	fillers[reflect.TypeFor[big.Int]()] = func(g *generator, v reflect.Value) {
		v.Addr().Interface().(*big.Int).Exp(big.NewInt(pickFull(g, 0, int64(-2), 3)), big.NewInt(99), nil)
	}
	fillers[reflect.TypeFor[big.Rat]()] = func(g *generator, v reflect.Value) {
		v.Addr().Interface().(*big.Rat).SetFrac64(pickFull(g, 0, int64(-2), 3), 7)
	}
}
