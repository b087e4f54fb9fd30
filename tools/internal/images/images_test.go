package images_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/tools/internal/images"
)

var digest = "sha256:" + strings.Repeat("0a", 32)

func digests(m manifest.Manifest) map[string]string {
	all := map[string]string{}
	for _, s := range m.Steps {
		all[s.Target] = digest
	}
	return all
}

func TestNewListsEachFunctionOnceInFlowOrder(t *testing.T) {
	g := flowtest.Chain("TwiceFlow", "start List", "map Clean", "agg Join", "then List", "then other.com/x.Clean")
	m := flowtest.Manifest(g)
	var first []byte
	for range 20 {
		rand.Shuffle(len(m.Steps), func(i, j int) { m.Steps[i], m.Steps[j] = m.Steps[j], m.Steps[i] })
		list, err := images.New(g, m, digests(m))
		if err != nil {
			t.Fatal(err)
		}
		data, err := list.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) {
			t.Fatalf("other bytes for another order of steps:\n%s\n%s", first, data)
		}
		var got []string
		for _, i := range list {
			got = append(got, i.Repository)
		}
		want := []string{"twice-flow/list", "twice-flow/clean", "twice-flow/join", "twice-flow/clean-2"}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("repositories %q, want %q", got, want)
		}
		if back, err := images.Decode(data); err != nil || !reflect.DeepEqual(back, list) {
			t.Fatalf("Decode = %+v, %v", back, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	g := flowtest.Chain("AFlow", "start A", "then B")
	m := flowtest.Manifest(g)
	tagged := digests(m)
	tagged["//flows:a"], tagged["//flows:b"] = "latest", "sha256:12"
	for name, c := range map[string]struct {
		digests map[string]string
		steps   []manifest.Step
		want    []string
	}{
		"missing digest": {map[string]string{"//flows:a": digest}, m.Steps, []string{"//flows:b: no digest"}},
		"no digests":     {tagged, m.Steps, []string{`//flows:a: digest "latest"`, `//flows:b: digest "sha256:12"`}},
		"missing step":   {digests(m), m.Steps[:1], []string{"step b: example.com/flows.B has no lokki_step"}},
	} {
		_, err := images.New(g, manifest.Manifest{Flow: m.Flow, Steps: c.steps}, c.digests)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one with %q", name, err, want)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"unknown field": `{"get-birds":{"tag":"latest"}}`,
		"a list":        `[]`,
		"cut off":       `{"get-birds":{}`,
		"two values":    `{}{}`,
		"upper case":    `{"get-birds":{"repository":"Birds/get","digest":"` + digest + `"}}`,
	} {
		if _, err := images.Decode([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestReadDigests(t *testing.T) {
	m := manifest.Manifest{Flow: "//flows:f", Steps: []manifest.Step{{Target: "//flows:a"}, {Target: "//flows:a=b"}}}
	read := func(path string) ([]byte, error) {
		switch path {
		case "out/x=y":
			return []byte(digest + "\n"), nil
		case "b":
			return []byte(digest), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	got, err := images.ReadDigests(m, []string{"//flows:a=out/x=y", "//flows:a=b=b"}, read)
	if want := map[string]string{"//flows:a": digest, "//flows:a=b": digest}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = images.ReadDigests(m, []string{"//flows:c=b", "//flows:a=absent"}, read)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"//flows:c=b" belongs to no target in steps of //flows:f`) {
		t.Errorf("error %v", err)
	}
}
