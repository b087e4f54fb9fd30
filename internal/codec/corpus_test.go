//lint:file-ignore U1000,SA5008 The types are made to be odd: unused fields and strange tags are what is tested.

package codec

import (
	"encoding/json"
	"errors"
	"math/big"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Types that reflect can't make: those with methods, or with embedded fields that
// have methods or are unexported.

// Both directions, by each family and receiver.
type textByValue struct{ s string }

func (t textByValue) MarshalText() ([]byte, error)  { return []byte("<" + t.s + ">"), nil }
func (t *textByValue) UnmarshalText(b []byte) error { t.s = strings.Trim(string(b), "<>"); return nil }

type textByPointer struct{ s string }

func (t *textByPointer) MarshalText() ([]byte, error) { return []byte(t.s), nil }
func (t *textByPointer) UnmarshalText(b []byte) error { t.s = string(b); return nil }

type appended int

func (a appended) AppendText(b []byte) ([]byte, error) {
	return strconv.AppendInt(b, int64(a), 36), nil
}
func (a *appended) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 36, 64)
	*a = appended(n)
	return err
}

type jsonByPointer struct{ n int }

func (j *jsonByPointer) MarshalJSON() ([]byte, error) { return json.Marshal([]int{j.n}) }
func (j *jsonByPointer) UnmarshalJSON(b []byte) error {
	var list []int
	if err := json.Unmarshal(b, &list); err != nil || len(list) != 1 {
		return errors.Join(err, errors.New("want one number"))
	}
	j.n = list[0]
	return nil
}

// jsonKey is a number in JSON but must be a name as a key.
type jsonKey int

func (k jsonKey) MarshalJSON() ([]byte, error) { return json.Marshal(int(k) + 1) }
func (k *jsonKey) UnmarshalJSON(b []byte) error {
	var n int
	err := json.Unmarshal(b, &n)
	*k = jsonKey(n - 1)
	return err
}

// bothKey has text and JSON.
type bothKey uint8

func (k bothKey) MarshalJSON() ([]byte, error)  { return json.Marshal(int(k)) }
func (k *bothKey) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*uint8)(k)) }
func (k bothKey) MarshalText() ([]byte, error)  { return []byte("k" + strconv.Itoa(int(k))), nil }
func (k *bothKey) UnmarshalText(b []byte) error {
	n, err := strconv.ParseUint(strings.TrimPrefix(string(b), "k"), 10, 8)
	*k = bothKey(n)
	return err
}

type structKey struct{ X, Y int8 }

func (k structKey) MarshalText() ([]byte, error) { return json.Marshal([]int8{k.X, k.Y}) }
func (k *structKey) UnmarshalText(b []byte) error {
	var xy []int8
	if err := json.Unmarshal(b, &xy); err != nil {
		return err
	}
	k.X, k.Y = xy[0], xy[1]
	return nil
}

// Embedding that loses nothing.
type (
	stamp     struct{ time.Time }
	stampDash struct {
		time.Time
		Skipped int `json:"-"`
		_       struct{}
	}
	stamped struct {
		At   stamp
		More map[string]stamp
	}
	ownOverPromoted struct {
		time.Time
		Note string
	}
	namedPromoted struct {
		time.Time `json:"time"`
		Note      string
	}

	Base struct {
		ID   int
		Tags []string `json:",omitempty"`
	}
	AllOmitted struct {
		Rate  float64  `json:",omitempty"`
		Words []string `json:",omitempty"`
	}
	lower struct{ Low string }
	Num   float64
	Words []string
	Table map[string]int

	embedsAll struct {
		Base
		lower
		*AllOmitted
		N int
	}
	embedsTagged struct {
		Base  `json:"base"`
		lower `json:"low"`
		*Num  `json:",omitempty"`
		Words
		Table `json:"table,omitempty"`
	}
	oddTags struct {
		B int            `json:"-,"`
		C string         `json:"c,"`
		D []int          `json:",string"`
		E map[string]int `json:"e,string,omitempty"`
		F Base           `json:"f,inline"`
		G map[string]any `json:",unknown"`
		H time.Duration  `json:"h,format:units"`
		I *Base          `json:",embed"`
		J time.Time      `json:",string,omitzero,format:unix"`
		K **int8         `json:",string"`
		L *uint16        `json:",string,omitempty"`
		M string         `json:"a\"b,string"`
		N bool           `json:"🦆,omitempty,omitempty"`
		O float32        `json:",omitzero,string"`
		P json.Number    `json:",string"`
		Q appended       `json:",string"`
		R string         `json:"'x'"`
		S int            `json:",case:ignore"`
		T any            `json:",string"`
		U [2]bool        `json:",string"`
		V string         `json:"omitempty"`
		W uint64         `json:",OmitEmpty"`
	}
	omitting struct {
		Slice  []int               `json:",omitempty"`
		Bytes  []byte              `json:"bytes,omitempty"`
		Map    map[string]int      `json:",omitempty"`
		Float  float64             `json:",omitempty"`
		F32    float32             `json:",omitzero"`
		Time   time.Time           `json:",omitzero"`
		Timep  *time.Time          `json:",omitzero"`
		Floats [2]float64          `json:",omitzero"`
		Inner  struct{ X float64 } `json:",omitzero"`
		Any    any                 `json:",omitempty"`
		Bool   bool                `json:",omitempty"`
		Array  [0]int              `json:",omitempty"`
		Zeroer lying               `json:",omitzero"`
		Lyingp *lying              `json:",omitzero"`
	}
	lying int

	anything interface{}
	anyNamed struct {
		X    anything
		List []anything
		Map  map[string]anything
	}
	keys struct {
		JSON   map[jsonKey]jsonKey
		Both   map[bothKey]bothKey
		Struct map[structKey]int
		Text   map[textByValue]string
		Append map[appended]appended
		Number map[json.Number]json.Number
		Float  map[float64]float32
		Addr   map[netip.Addr]netip.Prefix
	}
	empties struct {
		_ [0]func()
		N struct{ _ int }
		Z [3]struct{}
		S []struct{}
	}
	hiddenEmpty struct {
		done [0]sync.Mutex
		mark struct{}
		cash int `json:"-"`
		X    int
	}
	tree struct {
		Left, Right *tree
		Value       any
		Kids        []tree           `json:",omitempty"`
		By          map[string]*tree `json:",omitempty"`
		Far         map[int][]**tree `json:",omitempty"`
	}
	Pair[A, B any] struct {
		First  A
		Second B `json:",omitempty"`
	}
	generics struct {
		Pair[int, *Pair[string, []byte]]
		Other Pair[any, map[string]Num] `json:"other"`
	}
	library struct {
		URL   url.URL
		URLp  *url.URL
		Int   big.Int
		Intp  *big.Int
		Rat   *big.Rat
		Raw   json.RawMessage
		Month time.Month
		Span  time.Duration
		Port  netip.AddrPort
	}
	number json.Number
	matrix [2][]map[int8][1]*string
)

func (l lying) IsZero() bool { return true }

func (o ownOverPromoted) MarshalJSON() ([]byte, error) {
	return Marshal([]any{o.Time.UTC().Format(time.RFC3339Nano), o.Note})
}

func (o *ownOverPromoted) UnmarshalJSON(b []byte) (err error) {
	var parts []string
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	o.Note = parts[1]
	o.Time, err = time.Parse(time.RFC3339Nano, parts[0])
	return err
}

// kept are values of types that must be accepted.
var kept = []any{
	textByValue{}, textByPointer{}, appended(0), jsonByPointer{}, jsonKey(0), bothKey(0), structKey{}, stamp{}, stampDash{}, stamped{},
	ownOverPromoted{}, Base{}, embedsAll{}, embedsTagged{}, oddTags{}, omitting{}, lying(0), anyNamed{}, anything(nil),
	keys{}, empties{}, hiddenEmpty{}, tree{}, Pair[bool, *int]{}, generics{}, library{}, number(""), matrix{}, Num(0), Words{}, Table{},
	tagged("a, omitempty", "-, omitempty", ", string,omitempty", "b,omitempty, "), time.Time{}, time.Duration(0), json.Number(""), json.RawMessage{}, url.URL{}, big.Int{}, big.Rat{}, netip.Addr{}, struct{}{},
}

// Types that would lose something.
type (
	promotedTime struct {
		time.Time
		Note string
	}
	promotedTimeUnnamed = struct {
		time.Time
		note string
	}
	promotedPointer struct{ *big.Int }
	promotedMarshal struct{ json.Marshaler }
	promotedDeep    struct {
		promotedTime
		More int
	}
	halfPromoted struct {
		time.Time
		Zone string
	}
	twoPromoted struct {
		textByValue
		*textByPointer
	}
	textOnly   struct{ X int }
	jsonOnly   struct{ X int }
	appendOnly int
	readsText  struct{ X int }
	readsJSON  struct{ X int }
	writesJSON int // and reads text
	sameName   struct {
		Base
		Other
	}
	Other  struct{ ID int }
	hiding struct {
		Base
		ID string
	}
	hidingByTag struct {
		lower
		X int `json:"Low"`
	}
	secret struct {
		Name string
		key  string
	}
	locked struct {
		sync.Mutex
		N int
	}
	locks     struct{ Locks map[string][]*sync.RWMutex }
	counters  struct{ N atomic.Int64 }
	valued    struct{ V atomic.Value }
	once      struct{ O *sync.Once }
	opaque    struct{ a, b int }
	zones     struct{ Zone *time.Location }
	buffers   struct{ B strings.Builder }
	floats    struct{ F []*big.Float }
	wrapped   struct{ big.Float }
	embedInt  struct{ lowerInt }
	lowerInt  int
	embedNil  struct{ *lower }
	embedFunc struct{ Call }
	Call      func()
	Empty     struct{}
	embedBare struct {
		*Empty
		N int
	}
	Loop struct {
		*Loop
		X int
	}
	BareLoop    struct{ *BareLoop }
	loopPointer *loopPointer
	loopA       *loopB
	loopB       *loopA
	embedError  struct{ error }
	withMethods struct {
		textByValue
		jsonByPointer
		N int
	}
	pointerKey   map[*textByValue]int
	oneWayKey    map[writesText]int
	readsKey     map[readsTextKey]int
	writesText   int
	readsTextKey int
	deep         struct {
		In map[string][]Pair[int, *secret]
	}
)

func (textOnly) MarshalText() ([]byte, error)         { return []byte("x"), nil }
func (jsonOnly) MarshalJSON() ([]byte, error)         { return []byte("1"), nil }
func (*appendOnly) AppendText([]byte) ([]byte, error) { return []byte("x"), nil }
func (*readsText) UnmarshalText([]byte) error         { return nil }
func (*readsJSON) UnmarshalJSON([]byte) error         { return nil }
func (writesJSON) MarshalJSON() ([]byte, error)       { return []byte("1"), nil }
func (*writesJSON) UnmarshalText([]byte) error        { return nil }
func (halfPromoted) MarshalJSON() ([]byte, error)     { return []byte(`""`), nil }
func (writesText) MarshalText() ([]byte, error)       { return nil, nil }
func (*readsTextKey) UnmarshalText([]byte) error      { return nil }

// lossy are values of types that must be refused, with the text of the error.
var lossy = []struct {
	v    any
	want string
}{
	{promotedTime{}, "promotedTime has MarshalJSON of its embedded field Time, which drops the field Note\nhint: give the field Time a name"},
	{promotedTimeUnnamed{}, "the value has MarshalJSON of its embedded field Time"},
	{promotedPointer{}, "promotedPointer has MarshalJSON of its embedded field Int, which is nil"},
	{promotedMarshal{}, "promotedMarshal is a codec.promotedMarshal, which has MarshalJSON but can't be read back"},
	{promotedDeep{}, "promotedDeep has MarshalJSON of its embedded field promotedTime"},
	{halfPromoted{}, "halfPromoted has UnmarshalJSON of its embedded field Time, which drops the field Zone"},
	{twoPromoted{}, "twoPromoted.textByValue is embedded and has its own JSON form\nhint: give it a name"},
	{textOnly{}, "textOnly is a codec.textOnly, which has MarshalText but can't be read back\nhint: give it UnmarshalText"},
	{&jsonOnly{}, "the value is a codec.jsonOnly, which has MarshalJSON but can't be read back\nhint: give it UnmarshalJSON"},
	{appendOnly(0), "AppendText but can't be read back\nhint: give it UnmarshalText"},
	{[]readsText{}, "[] is a codec.readsText, which has UnmarshalText but can't write what it reads\nhint: give it MarshalText"},
	{readsJSON{}, "UnmarshalJSON but can't write what it reads\nhint: give it MarshalJSON"},
	{writesJSON(0), "writes with MarshalJSON and reads with UnmarshalText\nhint: give it UnmarshalJSON"},
	{sameName{}, `sameName.Other.ID and sameName.Base.ID are both "ID" in JSON`},
	{hiding{}, `hiding.ID and hiding.Base.ID are both "ID" in JSON, so that one of them would be lost` + "\nhint: name one of them"},
	{hidingByTag{}, `hidingByTag.X and hidingByTag.lower.Low are both "Low"`},
	{tagged("x", "x"), `F1 and F0 are both "x" in JSON`},
	{tagged("F1, omitempty", ", string"), `F1 and F0 are both "F1"`},
	{tagged("-", "-,", "-,"), `F2 and F1 are both "-"`},
	{secret{}, "secret.key is unexported and would be lost\nhint: export it"},
	{locked{}, "locked.Mutex is a sync.Mutex, which has no exported fields"},
	{locks{}, "locks.Locks[][] is a sync.RWMutex, which has no exported fields"},
	{&counters{}, "N is a atomic.Int64, which has no exported fields"},
	{valued{}, "valued.V is a atomic.Value"},
	{once{}, "once.O is a sync.Once"},
	{opaque{}, "opaque is a codec.opaque, which has no exported fields"},
	{zones{}, "zones.Zone is a time.Location"},
	{buffers{}, "buffers.B is a strings.Builder"},
	{floats{}, "floats.F[] is a big.Float, whose text"},
	{&wrapped{}, "Float is a big.Float, whose text"},
	{embedInt{}, "embedInt is a codec.embedInt, which has no exported fields"},
	{embedNil{}, "embedNil.lower is an embedded pointer"},
	{embedFunc{}, "embedFunc.Call is a codec.Call, which JSON can't hold"},
	{embedBare{}, "embedBare.Empty is an embedded pointer to a struct without fields"},
	{Loop{}, `Loop.Loop embeds itself`},
	{BareLoop{}, "BareLoop.BareLoop embeds itself"},
	{loopPointer(nil), "leads only to pointers"},
	{loopA(nil), "leads only to pointers"},
	{embedError{}, "embedError is a codec.embedError, which has no exported fields"},
	{withMethods{}, "withMethods has MarshalJSON of its embedded field jsonByPointer, which drops the field textByValue"},
	{pointerKey{}, "keys of type *codec.textByValue"},
	{oneWayKey{}, "keys of type codec.writesText, which has only one of MarshalText and UnmarshalText"},
	{readsKey{}, "keys of type codec.readsTextKey, which has only one"},
	{deep{}, "deep.In[][].Second.key is unexported"},
}

// tagged returns a struct with a string field for each tag. It is made by reflect,
// since go vet refuses some of the tags.
func tagged(tags ...string) any {
	var fields []reflect.StructField
	for i, tag := range tags {
		fields = append(fields, reflect.StructField{Name: "F" + strconv.Itoa(i), Type: reflect.TypeFor[string](), Tag: reflect.StructTag("json:" + strconv.Quote(tag))})
	}
	return reflect.Zero(reflect.StructOf(fields)).Interface()
}
