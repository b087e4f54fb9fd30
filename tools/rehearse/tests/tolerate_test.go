package tests

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// tolerant doubles the numbers below n and adds up those that didn't fail.
func tolerant(n int, opts ...lokki.MapOption) lokki.Flow[int] {
	return lokki.Agg(lokki.Map(lokki.Start(trees.ListNumbers, n), trees.DoubleNumber, opts...), trees.SumNumbers)
}

func TestFailuresAreTolerated(t *testing.T) {
	for name, c := range map[string]struct {
		opts []lokki.MapOption
		fail []int // the item
		want string
	}{
		"some":    {[]lokki.MapOption{lokki.TolerateFailures(20)}, []int{3, 7}, "70"},
		"Express": {[]lokki.MapOption{lokki.TolerateFailures(20), lokki.Express()}, []int{3, 7}, "70"},
		"a batch": {[]lokki.MapOption{lokki.TolerateFailures(25), lokki.Batch(3)}, []int{4}, "66"},
		"all":     {[]lokki.MapOption{lokki.TolerateFailures(100), lokki.Batch(10)}, []int{9}, "0"},
	} {
		o := options()
		for _, item := range c.fail {
			o.Faults.Fail = append(o.Faults.Fail, rehearse.Call{Step: "double-number", Index: []int{item}})
		}
		if r := rehearseFlow(t, artifacts(t, tolerant(10, c.opts...), config.Defaults()), o); r.Failed != nil || string(r.Result) != c.want {
			t.Errorf("%s: %s, %v, want %s", name, r.Result, r.Failed, c.want)
		}
	}
	o := options()
	if r := rehearseFlow(t, artifacts(t, tolerant(0, lokki.TolerateFailures(20)), config.Defaults()), o); r.Failed != nil || string(r.Result) != "0" {
		t.Errorf("an empty list: %s, %v", r.Result, r.Failed)
	}
}

// TestResultsThatVanishAreNotTolerated has the children of a map store their
// results where the aggregation doesn't look.
func TestResultsThatVanishAreNotTolerated(t *testing.T) {
	a := artifacts(t, tolerant(1000, lokki.TolerateFailures(5), lokki.Batch(100)), config.Defaults())
	a.Template = bytes.Replace(a.Template, []byte(`"step": "double-number"`), []byte(`"step": "lost-number"`), 1)
	r := rehearseFlow(t, a, options())
	if r.Failed == nil || !strings.Contains(r.Failed.Error(), "Lokki.MissingValue: collecting the results of double-number: 10 of 10 children have no result, more than the 5% that may fail") {
		t.Errorf("%s, %v", r.Result, r.Failed)
	}
}

// TestAResultThatIsDeletedIsNotTolerated deletes one of the results of an execution
// whose aggregation failed, and redrives it.
func TestAResultThatIsDeletedIsNotTolerated(t *testing.T) {
	a := artifacts(t, tolerant(10, lokki.TolerateFailures(50)), config.Defaults())
	o := options()
	o.Keep = t.TempDir()
	o.Faults.Fail = []rehearse.Call{{Step: "sum-numbers"}, {Step: "double-number", Index: []int{2}}}
	if r := rehearseFlow(t, a, o); r.Failed == nil {
		t.Fatal("the aggregation did not fail")
	}
	deleted := 0
	err := filepath.WalkDir(filepath.Join(o.Keep, "s3"), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "/double-number/6/output.json.gz") {
			deleted++
			return os.Remove(path)
		}
		return err
	})
	if err != nil || deleted != 1 {
		t.Fatalf("%d deleted: %v", deleted, err)
	}
	o.Faults, o.Redrive = rehearse.Faults{}, true
	r := rehearseFlow(t, a, o)
	const want = "Lokki.MissingValue: collecting the results of double-number: 1 of 10 children have no result, although they did not fail: those that start with item 6\nhint: "
	if r.Failed == nil || !strings.Contains(r.Failed.Error(), want) {
		t.Errorf("%s, %v, want %s", r.Result, r.Failed, want)
	}
}
