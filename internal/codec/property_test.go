package codec

import (
	stdjson "encoding/json"
	"flag"
	"math/big"
	"reflect"
	"strings"
	"testing"
)

var (
	seedFlag  = flag.Uint64("codec.seed", 0, "run the property test with this seed only")
	seedsFlag = flag.Uint64("codec.seeds", 20_000, "how many seeds the property test runs")
)

var keptTypes = func() []reflect.Type {
	types := []reflect.Type{reflect.TypeFor[anything]()}
	for _, v := range kept {
		if v != nil {
			types = append(types, reflect.TypeOf(v))
		}
	}
	return types
}()

// TestProperty checks that a type is either refused with a path and a hint, or its
// values come back unchanged or are refused as documented, with a path.
func TestProperty(t *testing.T) {
	counts := map[string]int{}
	for seed := range *seedsFlag {
		if *seedFlag != 0 {
			seed = *seedFlag
		}
		g := newGenerator(seed)
		counts[holds(t, g, g.typ(4), seed)]++
		if t.Failed() {
			t.Fatalf("run this case again with -run TestProperty -codec.seed %d", seed)
		}
		if *seedFlag != 0 {
			return
		}
	}
	for _, outcome := range []string{"type refused", "value refused", "kept"} {
		if counts[outcome] < int(*seedsFlag)/50 {
			t.Errorf("outcomes %v: too few of %q for a test", counts, outcome)
		}
	}
}

// TestKeptTypes does the same for each type that must be accepted.
func TestKeptTypes(t *testing.T) {
	for _, typ := range keptTypes {
		for seed := range uint64(300) {
			if holds(t, newGenerator(seed), typ, seed) == "type refused" {
				t.Fatalf("%s is refused: %v", typ, CheckType(typ))
			}
		}
	}
}

func holds(t *testing.T, g *generator, typ reflect.Type, seed uint64) string {
	t.Helper()
	want := reflect.New(typ)
	if problems := CheckType(typ); len(problems) > 0 {
		for _, p := range problems {
			if !strings.Contains(p.Error(), "\nhint: ") {
				t.Errorf("%s: a problem without a hint: %v", typ, p)
			}
		}
		if _, err := Marshal(want.Interface()); err == nil {
			t.Errorf("%s is refused and encoded", typ)
		}
		keepsNothingMore(t, g, typ, problems)
		return "type refused"
	}
	g.fill(want.Elem(), 4)
	data, err := Marshal(want.Interface())
	if (err != nil) != g.refused {
		t.Errorf("%s: error %v; want one: %v\n%+v", typ, err, g.refused, want.Elem())
	}
	if err != nil {
		if strings.Contains(err.Error(), "\xff") || !strings.Contains(err.Error(), "encoding ") {
			t.Errorf("%s: error %v", typ, err)
		}
		return "value refused"
	}
	got := reflect.New(typ)
	if err := Unmarshal(data, got.Interface()); err != nil {
		t.Errorf("%s can't be decoded from %s: %v", typ, data, err)
		return "kept"
	}
	if !same(got.Elem(), want.Elem()) {
		t.Errorf("%s: %s\ncomes back as %+v\nand was      %+v", typ, data, got.Elem(), want.Elem())
	}
	if again, err := Marshal(got.Interface()); err != nil || string(again) != string(data) {
		t.Errorf("%s: %s is encoded as %s, %v the second time", typ, data, again, err)
	}
	return "kept"
}

// keepsNothingMore checks that encoding/json, too, loses data of a type that is
// refused because of its fields and their names.
func keepsNothingMore(t *testing.T, g *generator, typ reflect.Type, problems []error) {
	for _, p := range problems {
		if !strings.Contains(p.Error(), "in JSON, so that one") {
			return
		}
	}
	if name := typ.String(); strings.Contains(name, "struct {}") || strings.Contains(name, "[0]") || strings.Contains(name, `"-\"`) {
		return // has nothing to lose
	}
	g.full = true
	want, got := reflect.New(typ), reflect.New(typ)
	g.fill(want.Elem(), 9)
	data, err := stdjson.Marshal(want.Interface())
	if err == nil && stdjson.Unmarshal(data, got.Interface()) == nil && same(got.Elem(), want.Elem()) {
		t.Errorf("%s is refused, and encoding/json keeps it: %s\n%v", typ, data, problems)
	}
}

// TestLossyTypes checks the error for each type that must be refused, also when
// it is inside other types.
func TestLossyTypes(t *testing.T) {
	for _, c := range lossy {
		typ := reflect.TypeOf(c.v)
		problems := CheckType(typ)
		if len(problems) == 0 || !strings.Contains(problems[0].Error(), c.want) || !strings.Contains(problems[0].Error(), "\nhint: ") {
			t.Errorf("CheckType(%s) = %v\nwant %s", typ, problems, c.want)
		}
		for _, outer := range []reflect.Type{reflect.SliceOf(typ), reflect.PointerTo(typ), reflect.MapOf(reflect.TypeFor[string](), typ)} {
			if len(CheckType(outer)) == 0 {
				t.Errorf("%s is accepted", outer)
			}
		}
	}
}

// sameSpecial compares values of types whose fields don't determine equality.
func sameSpecial(a, b reflect.Value) (equal, special bool) {
	if !a.CanInterface() {
		return false, false
	}
	switch x := a.Interface().(type) {
	case big.Int:
		y := b.Interface().(big.Int)
		return x.Cmp(&y) == 0, true
	case big.Rat:
		y := b.Interface().(big.Rat)
		return x.Cmp(&y) == 0, true
	}
	return false, false
}
