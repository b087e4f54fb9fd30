package envelope_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
)

func TestDecode(t *testing.T) {
	const id = `"flow":"birds-flow","run":"r-1","step":"flap-bird"`
	for _, c := range []struct {
		name, payload string
		want          []string // parts of the error; none if it is valid
	}{
		{"start", `{` + id + `,"path":"","defaults":{},"input":null}`, nil},
		{"then", `{` + id + `,"path":"3/","from":"get-birds","attempt":2}`, nil},
		{"map", `{` + id + `,"path":"3/17/","from":"get-birds","batch":{"i":17,"n":2,"off":0,"len":9,"skip":1}}`, nil},
		{"aggregation", `{` + id + `,"path":"","from":"get-birds","count":0,"batch_size":5,"split":3}`, nil},
		{"aggregation with failed items", `{` + id + `,"path":"3/","from":"get-birds","count":2,"tolerate":2.5,"state":{"run":"r"}}`, nil},
		{"not JSON", `nonsense`, []string{"decoding the request"}},
		{"two values", `{` + id + `,"from":"a"}{}`, []string{"more than one JSON value"}},
		{"unknown field", `{` + id + `,"from":"a","bucket":"b"}`, []string{`unknown field "bucket"`}},
		{"nothing", `{}`, []string{"flow", "step", "run", "no source"}},
		{"unsafe names", `{"flow":"a/b","run":"a b","step":"..","from":"A"}`, []string{`flow "a/b"`, `run "a b"`, `step ".."`, `from "A"`}},
		{"run that is a folder", `{"flow":"f","run":"..","step":"s","from":"a"}`, []string{`run ".."`}},
		{"an execution's run", `{"flow":"f","run":"` + execution(strings.Repeat("r", 80)) + `","step":"s","from":"a"}`, nil},
		{"one that goes on here", `{"flow":"f","run":"` + execution(strings.Repeat("r", 80)) + `.12","step":"s","from":"a"}`, nil},
		{"long run", `{"flow":"f","run":"` + strings.Repeat("r", 201) + `","step":"s","from":"a"}`, []string{"run"}},
		{"long execution's name", `{"flow":"f","run":"` + execution(strings.Repeat("r", 81)) + `","step":"s","from":"a"}`, []string{"the execution's name", "1 to 80"}},
		{"execution's name", `{"flow":"f","run":"` + execution("Wörter") + `","step":"s","from":"a"}`, []string{`the execution's name "Wörter"`, "hint: "}},
		{"path without slash", `{` + id + `,"path":"3","from":"a"}`, []string{`path "3"`}},
		{"path with two forms", `{` + id + `,"path":"03/","from":"a"}`, []string{`path "03/"`}},
		{"path upwards", `{` + id + `,"path":"../","from":"a"}`, []string{`path "../"`}},
		{"deep path", `{` + id + `,"path":"` + strings.Repeat("1/", 101) + `","from":"a"}`, []string{"200 bytes"}},
		{"negative split", `{` + id + `,"from":"a","split":-1}`, []string{"split -1"}},
		{"last step", `{` + id + `,"path":"","from":"a","last":true}`, nil},
		{"last step in a map", `{` + id + `,"path":"0/","from":"a","last":true}`, []string{"last step"}},
		{"last step of a list that is mapped", `{` + id + `,"path":"","from":"a","last":true,"split":1}`, []string{"last step"}},
		{"negative attempt", `{` + id + `,"from":"a","attempt":-1}`, []string{"attempt -1"}},
		{"two sources", `{` + id + `,"from":"a","input":{}}`, []string{"two sources"}},
		{"batch and count", `{` + id + `,"path":"0/","from":"a","count":1,"batch":{"i":0,"n":1,"off":0,"len":9}}`, []string{"batch and count"}},
		{"batch without from", `{` + id + `,"path":"0/","batch":{"i":0,"n":1,"off":0,"len":9}}`, []string{"batch without from", "no source"}},
		{"batch elsewhere", `{` + id + `,"path":"3/","from":"a","batch":{"i":4,"n":1,"off":0,"len":9}}`, []string{"first index 4"}},
		{"broken batch", `{` + id + `,"path":"0/","from":"a","batch":{"i":0,"n":0,"off":-1,"len":0,"skip":-1}}`, []string{"n 0", "off -1", "len 0", "skip -1"}},
		{"split of a batch", `{` + id + `,"path":"0/","from":"a","split":1,"batch":{"i":0,"n":2,"off":0,"len":9}}`, []string{"a map inside a map"}},
		{"batch size alone", `{` + id + `,"from":"a","batch_size":2}`, []string{"batch_size without count"}},
		{"tolerate alone", `{` + id + `,"from":"a","tolerate":5}`, []string{"tolerate without count"}},
		{"tolerate at the start", `{` + id + `,"input":{},"tolerate":5}`, []string{"tolerate without count"}},
		{"tolerate without state", `{` + id + `,"from":"a","count":1,"tolerate":5}`, []string{"tolerate without state"}},
		{"tolerate too much", `{` + id + `,"from":"a","count":1,"tolerate":101,"state":{}}`, []string{"tolerate 101: want"}},
		{"limit too long", `{` + id + `,"from":"a","limit":1801}`, []string{"limit 1801: want 1 to 1800 seconds"}},
		{"negative limit", `{` + id + `,"from":"a","limit":-1}`, []string{"limit -1"}},
		{"negative count", `{` + id + `,"from":"a","count":-1}`, []string{"count -1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := envelope.Decode([]byte(c.payload))
			if len(c.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
		})
	}
}

func TestParentIsTheInverseOfChild(t *testing.T) {
	for _, outer := range []string{"", "0/", "3/17/"} {
		for _, index := range []int{0, 7, 99_999_999} {
			got, i, ok := envelope.Parent(envelope.Child(outer, index))
			if got != outer || i != index || !ok {
				t.Errorf("Parent(Child(%q, %d)) = %q, %d, %v", outer, index, got, i, ok)
			}
		}
	}
	if _, _, ok := envelope.Parent(""); ok {
		t.Error("the top has a parent")
	}
}

// TestNoTwoInvocationsShareAKey walks random flows of nested maps and records
// every key that an invocation writes.
func TestNoTwoInvocationsShareAKey(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 0))
		w := walk{t: t, random: r, seen: map[string]string{}, keys: envelope.Keys{Prefix: "lokki", Flow: "f", Run: "r"}}
		for w.steps < 12 {
			w.scope(0, []string{""})
		}
		if len(w.seen) == 0 {
			t.Fatal("no keys")
		}
	}
}

type walk struct {
	t      *testing.T
	random *rand.Rand
	keys   envelope.Keys
	steps  int
	seen   map[string]string
}

// scope runs some steps, for every child in paths, with maps among them.
func (w *walk) scope(depth int, paths []string) {
	for range 1 + w.random.IntN(3) {
		if depth == 3 || w.random.IntN(2) == 0 {
			w.step(paths, false)
			continue
		}
		w.step(paths, true)
		var inner []string
		size := 1
		if w.random.IntN(2) == 0 {
			size += w.random.IntN(3)
		}
		for _, path := range paths {
			for i, n := 0, w.random.IntN(6); i < n; i += size {
				inner = append(inner, envelope.Child(path, i))
			}
		}
		w.scope(depth+1, inner)
	}
}

// names could be confused with an index or an object.
var names = []string{"a", "a-2", "0", "1", "10", "items", "output"}

func (w *walk) step(paths []string, split bool) {
	name := names[w.steps%len(names)]
	if w.steps >= len(names) {
		name = fmt.Sprintf("%s-%d", name, w.steps)
	}
	w.steps++
	for _, path := range paths {
		if split {
			w.note(name, path, w.keys.Items(name, path))
			w.note(name, path, w.keys.Batches(name, path))
		} else {
			w.note(name, path, w.keys.Output(name, path))
		}
	}
}

func (w *walk) note(step, path, key string) {
	if other, ok := w.seen[key]; ok {
		w.t.Fatalf("%s at %q and %s share %s", step, path, other, key)
	}
	if len(key) > 1024 {
		w.t.Fatalf("key of %d bytes", len(key))
	}
	w.seen[key] = fmt.Sprintf("%s at %q", step, path)
}
