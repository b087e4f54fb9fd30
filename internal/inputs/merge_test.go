package inputs

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

type palette struct {
	Colour string   `json:"colour"`
	Shades []int8   `json:"shades,omitempty"`
	Next   *palette `json:"next,omitempty"`
}

type base struct {
	ID   int    `json:"id"`
	Kind string `json:"kind"`
}

// Plumage is exported so that a pointer to it can be embedded.
type Plumage struct {
	Colour string `json:"colour"`
}

type request struct {
	base
	Count   int               `json:"count"`
	Ratio   float32           `json:"ratio"`
	Small   uint8             `json:"small"`
	On      bool              `json:"on"`
	Big     int64             `json:"big,string"`
	When    time.Time         `json:"when"`
	Data    []byte            `json:"data"`
	Options palette           `json:"options"`
	Rows    []palette         `json:"rows"`
	Pair    [2]int            `json:"pair"`
	Labels  map[string]string `json:"labels"`
	ByName  map[string]palette
	Pointer *palette         `json:"pointer"`
	Any     any              `json:"any"`
	Hidden  string           `json:"-"`
	private string           `json:"-"`
	Wait    time.Duration    `json:"wait"`
	Waits   []*time.Duration `json:"waits,omitempty"`
	Quoted  time.Duration    `json:"quoted,omitempty,string"`
}

const defaults = `{"id":1,"kind":"bird","count":3,"ratio":0.5,"small":1,"on":true,"big":"7",` +
	`"when":"2020-01-02T03:04:05Z","data":"AQI=","options":{"colour":"red","shades":[1,2]},` +
	`"rows":[{"colour":"a"}],"pair":[1,2],"labels":{"a":"1"},"ByName":null,"pointer":null,"any":null,"wait":5}`

func TestMerge(t *testing.T) {
	for name, c := range map[string]struct{ input, old, new string }{
		"nothing":                   {``, ``, ``},
		"the empty object":          {` {} `, ``, ``},
		"one field":                 {`{"count":2}`, `"count":3`, `"count":2`},
		"an embedded struct's":      {`{"id":2}`, `"id":1`, `"id":2`},
		"null":                      {`{"count":null}`, `"count":3`, `"count":null`},
		"a nested field":            {`{"options":{"colour":"blue"}}`, `"red"`, `"blue"`},
		"a list whole":              {`{"options":{"shades":[3]}}`, `[1,2]},"rows`, `[3]},"rows`},
		"a list of objects whole":   {`{"rows":[{"shades":[]}]}`, `[{"colour":"a"}]`, `[{"shades":[]}]`},
		"a nested null":             {`{"options":null}`, `{"colour":"red","shades":[1,2]}`, `null`},
		"an object over null":       {`{"pointer":{"next":{"colour":"x"}}}`, `"pointer":null`, `"pointer":{"next":{"colour":"x"}}`},
		"a map whole":               {`{"labels":{"b":"2"}}`, `{"a":"1"}`, `{"b":"2"}`},
		"a map of structs":          {`{"ByName":{"any key":{"colour":"x"}}}`, `"ByName":null`, `"ByName":{"any key":{"colour":"x"}}`},
		"a type with its own JSON":  {`{"when":"2021-01-02T03:04:05Z"}`, `2020`, `2021`},
		"bytes":                     {`{"data":"AwQ="}`, `AQI=`, `AwQ=`},
		"a number in quotes":        {`{"big":"9007199254740993"}`, `"7"`, `"9007199254740993"`},
		"anything for any":          {`{"any":{"x":[1]}}`, `"any":null`, `"any":{"x":[1]}`},
		"a duration as text":        {`{"wait":"1h30m"}`, `"wait":5`, `"wait":5400000000000`},
		"a duration as a number":    {`{"wait":7}`, `"wait":5`, `"wait":7`},
		"durations in a list":       {`{"waits":["-1ms", 2, null]}`, `"wait":5`, `"wait":5,"waits":[-1000000,2,null]`},
		"a duration in quotes":      {`{"quoted":"1s"}`, `"wait":5`, `"wait":5,"quoted":"1000000000"`},
		"nanoseconds in quotes":     {`{"quoted":"12"}`, `"wait":5`, `"wait":5,"quoted":"12"`},
		"fields in any given order": {`{"small":9,"count":2}`, `"count":3,"ratio":0.5,"small":1`, `"count":2,"ratio":0.5,"small":9`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Merge([]byte(defaults), []byte(c.input), reflect.TypeFor[request]())
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(defaults, c.old, c.new, 1)
			if c.input != "" && want == defaults && c.old != "" {
				t.Fatalf("%s isn't in the defaults", c.old)
			}
			if string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestMergeReplacesWhatIsNoStruct(t *testing.T) {
	for _, c := range []struct {
		defaults, input, want string
		typ                   reflect.Type
	}{
		{`"a"`, `"b"`, `"b"`, reflect.TypeFor[string]()},
		{`"a"`, `{}`, `"a"`, reflect.TypeFor[string]()},
		{`[1,2]`, `[3]`, `[3]`, reflect.TypeFor[[]int]()},
		{`{"a":1}`, `{"b":2}`, `{"b":2}`, reflect.TypeFor[map[string]int]()},
		{`{"1":1}`, `{"2":2}`, `{"2":2}`, reflect.TypeFor[map[int]int]()},
		{`null`, `{"count":1}`, `{"count":1}`, reflect.TypeFor[*request]()},
		{`{"count":1,"small":2}`, `{"count":3}`, `{"count":3,"small":2}`, reflect.TypeFor[*request]()},
		{`"2020-01-02T03:04:05Z"`, `"2021-01-02T03:04:05Z"`, `"2021-01-02T03:04:05Z"`, reflect.TypeFor[time.Time]()},
		{`null`, `7`, `7`, reflect.TypeFor[any]()},
		{`1`, `"2m"`, `120000000000`, reflect.TypeFor[time.Duration]()},
		{`null`, `{"a":{"b":["1s"]}}`, `{"a":{"b":[1000000000]}}`, reflect.TypeFor[map[string]map[string][1]time.Duration]()},
	} {
		got, err := Merge([]byte(c.defaults), []byte(c.input), c.typ)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s over %s: got %s, %v; want %s", c.typ, c.input, c.defaults, got, err, c.want)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	typ := reflect.TypeFor[request]()
	for _, c := range []struct {
		input, want string
		typ         reflect.Type
	}{
		{`{"cuont":2}`, "cuont: no such field\nhint: did you mean \"count\"?", typ},
		{`{"Count":2}`, "Count: no such field\nhint: did you mean \"count\"?", typ},
		{`{"options":{"color":"x"}}`, "options.color: no such field\nhint: did you mean \"options.colour\"?", typ},
		{`{"options":{"wings":2}}`, "options.wings: no such field\nhint: the fields are colour, next, shades", typ},
		{`{"rows":[{},{"color":"x"}]}`, "rows[1].color: no such field\nhint: did you mean \"rows[1].colour\"?", typ},
		{`{"ByName":{"k":{"colour":1}}}`, "ByName.k.colour: want a string, got a number", typ},
		{`{"Hidden":"x"}`, "Hidden: no such field\nhint: the fields are ByName, any, big, count, data, id, kind, labels, on, options, pair, pointer, quoted, ratio, rows, small, wait, waits, when", typ},
		{`{"x":1}`, "x: no such field\nhint: there are no fields", reflect.TypeFor[struct{}]()},
		{`{"count":"two"}`, `count: want a whole number, got a string of length 3`, typ},
		{`{"count":2.5}`, "count: want a whole number, got a number with a fraction or an exponent", typ},
		{`{"count":[]}`, "count: want a whole number, got a list", typ},
		{`{"small":256}`, "small: out of range: uint8 takes 0 to 255", typ},
		{`{"small":-1}`, "small: out of range: uint8 takes 0 to 255", typ},
		{`{"options":{"shades":[1,128]}}`, "options.shades[1]: out of range: int8 takes -128 to 127", typ},
		{`{"count":9223372036854775808}`, "count: out of range: int takes -9223372036854775808 to 9223372036854775807", typ},
		{`{"ratio":1e39}`, "ratio: out of range: float32 takes -3.4e38 to 3.4e38", typ},
		{`{"on":1}`, "on: want true or false, got a number", typ},
		{`{"big":7}`, "big: want a whole number in quotes, got a number", typ},
		{`{"big":"x"}`, `big: want a whole number in quotes, got a string of length 1`, typ},
		{`{"options":"x"}`, `options: want an object, got a string of length 1`, typ},
		{`{"rows":{}}`, "rows: want a list, got an object", typ},
		{`{"pair":[1]}`, "pair: want a list of 2 items, got 1", typ},
		{`{"labels":[]}`, "labels: want an object, got a list", typ},
		{`{"kind":"` + strings.Repeat("x", 9) + `","count":"` + strings.Repeat("y", 90) + `"}`,
			"count: want a whole number, got a string of length 90", typ},
		{`{"count":1,"count":2}`, "count: given twice", typ},
		{`{"count":1,"count":"a"}`, "count: given twice\ncount: want a whole number, got a string of length 1", typ},
		{`{"options":{"next":{"colour":"a","colour":"b"}},"rows":[{},{"colour":"a","colour":"b"}]}`, "options.next.colour: given twice\nrows[1].colour: given twice", typ},
		{`{"labels":{"k":"a","\u006b":"b"}}`, "labels.k: given twice", typ},
		{`{"any":[{"x":{"y":1,"y":1}}]}`, "any[0].x.y: given twice", typ},
		{`{"kind":"` + "\xff" + `"}`, "kind: it has a character that is not valid UTF-8", typ},
		{`{"kind":"\ud800"}`, "kind: it has half of a surrogate pair, which is not a character", typ},
		{"\ufeff{}", "not valid JSON: it begins with a byte order mark\nhint: save it as UTF-8 without one", typ},
		{`{"count":"a","on":"b"}`, "count: want a whole number, got a string of length 1\non: want true or false, got a string of length 1", typ},
		{`{"wait":"5 minutes","waits":[true]}`, "wait: want a duration, such as \"1h30m\", or a whole number of nanoseconds, got a string of length 9\n" +
			"waits[0]: want a duration, such as \"1h30m\", or a whole number of nanoseconds, got true or false", typ},
		{`{"wait":1.5}`, "wait: want a duration, such as \"1h30m\", or a whole number of nanoseconds, got a number with a fraction or an exponent", typ},
		{`{"quoted":"soon"}`, "quoted: want a duration, such as \"1h30m\", or a whole number of nanoseconds in quotes, got a string of length 4", typ},
		{`[]`, "input: want an object, got a list", typ},
		{`null`, "input: want an object, got null", typ},
		{`null`, "input: want a string, got null", reflect.TypeFor[string]()},
		{`{"a":1}`, "input: want a string, got an object", reflect.TypeFor[string]()},
		{`{"a":"x"}`, `a: want a whole number, got a string of length 1`, reflect.TypeFor[map[string]int]()},
	} {
		_, err := Merge([]byte("{}"), []byte(c.input), c.typ)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.input, err, c.want)
		}
	}
}

func TestMergeWordsOfOthers(t *testing.T) {
	for input, want := range map[string]string{
		`{"when":"today"}`: "when: can't be read as a time.Time: ",
		`{"count":`:        "not valid JSON: ",
		`{} {}`:            "not valid JSON: ",
		`{"data":"%"}`:     "data: want a string of base64, got a string of length 1",
	} {
		_, err := Merge([]byte(defaults), []byte(input), reflect.TypeFor[request]())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %q first", input, err, want)
		}
	}
}

// TestMergeAsJSONDoes compares with encoding/json, which merges when it decodes
// into an existing value.
func TestMergeAsJSONDoes(t *testing.T) {
	type flat struct {
		base
		*Plumage
		A int      `json:"a"`
		B *int     `json:"b"`
		C []string `json:"c"`
		D struct {
			E, F int
			G    base
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	parts := []string{`"id":%`, `"kind":"%"`, `"a":%`, `"b":%`, `"b":null`, `"c":["%"]`, `"c":[]`, `"D":{"E":%}`, `"D":{"F":%,"G":{"id":%}}`, `"D":{}`, `"colour":"%"`}
	random := func() string {
		var members []string
		used := map[string]bool{}
		for _, i := range rng.Perm(len(parts))[:rng.IntN(len(parts))] {
			if name := parts[i][:4]; !used[name] {
				used[name] = true
				members = append(members, strings.ReplaceAll(parts[i], "%", string(rune('1'+rng.IntN(9)))))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	for range 2000 {
		def, in := random(), random()
		var want, got flat
		for _, data := range []string{def, in} {
			if err := json.Unmarshal([]byte(data), &want); err != nil {
				t.Fatal(err)
			}
		}
		merged, err := Merge([]byte(def), []byte(in), reflect.TypeFor[flat]())
		if err != nil {
			t.Fatalf("%s over %s: %v", in, def, err)
		}
		if err := json.Unmarshal(merged, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s over %s is %s\ngot  %+v\nwant %+v", in, def, merged, got, want)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte(defaults), []byte(`{"count":2,"options":{"colour":"x"},"rows":[{}]}`))
	f.Add([]byte(`null`), []byte(`[]`))
	f.Fuzz(func(t *testing.T, def, in []byte) {
		var r request
		if json.Unmarshal(def, &r) != nil {
			return
		}
		merged, err := Merge(def, in, reflect.TypeFor[request]())
		if err == nil && json.Unmarshal(merged, &r) != nil {
			t.Errorf("%s over %s: can't be read back: %s", in, def, merged)
		}
	})
}

// TestCheck: what Check refuses, Merge refuses with the same words, except for size.
func TestCheck(t *testing.T) {
	for _, input := range []string{`{`, `{"count":1}x`, `{"count":1,"count":2}`, `{"any":{"a":1,"a":2}}`, "\ufeff{}", `{"kind":"` + "\xff" + `"}`, `{"kind":"\udc00"}`} {
		_, merged := Merge([]byte("{}"), []byte(input), reflect.TypeFor[request]())
		if err := Check([]byte(input)); err == nil || merged == nil || err.Error() != merged.Error() {
			t.Errorf("%s: Check says %v, Merge %v", input, err, merged)
		}
	}
	for _, input := range []string{"", " ", "null", "7", `{"nonsense":[1,{"a":{}}]}`, `{"kind":"\ud83d\udc26"}`, `"` + strings.Repeat("x", maxInput-2) + `"`} {
		if err := Check([]byte(input)); err != nil {
			t.Errorf("%.40s: %v", input, err)
		}
	}
	if err := Check([]byte(`"` + strings.Repeat("x", maxInput-1) + `"`)); err == nil || !strings.HasPrefix(err.Error(), "it has 262145 bytes: Step Functions takes at most 262144\nhint: ") {
		t.Errorf("one byte more: %v", err)
	}
}
