package tests

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
	"github.com/lokki-build/lokki/tools/rehearse/tests/trees"
)

// shared is a bucket that executions of several stacks use, one after the
// other.
type shared struct {
	*testing.T
	artifacts rehearse.Artifacts
	folder    string // of the last rehearsal
}

// rehearse runs an execution in a new folder, to which it moves the bucket.
func (s *shared) rehearse(o rehearse.Options) rehearse.Report {
	s.Helper()
	folder := s.TempDir()
	if s.folder != "" {
		if err := os.Rename(filepath.Join(s.folder, "s3"), filepath.Join(folder, "s3")); err != nil {
			s.Fatal(err)
		}
	}
	s.folder = folder
	o.Keep, o.Concurrency = folder, 8
	o.Parameters = map[string]string{"ArtifactBucketName": "shared-values"}
	return rehearseFlow(s, s.artifacts, o)
}

// runs are the ids of the runs in the bucket.
func (s *shared) runs() (runs []string) {
	s.Helper()
	err := filepath.WalkDir(filepath.Join(s.folder, "s3"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && filepath.Base(filepath.Dir(path)) == s.artifacts.Graph.Flow {
			runs = append(runs, d.Name())
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
	return runs
}

// TestAnExecutionNeverReadsAnothersValues: executions of the same name, in several
// stacks, in a stack that was created again, and in one stack when the name is reused,
// each have the result of their own input.
func TestAnExecutionNeverReadsAnothersValues(t *testing.T) {
	s := &shared{T: t, artifacts: artifacts(t, trees.Numbers(0, 1), config.Defaults())}
	const again = "11111111-2222-3333-4444-555555555555"
	for i, c := range []struct {
		what, stack, id, input, want string
	}{
		{"the first", "dev", "", "1", "0"},
		{"another stack", "prod", "", "3", "6"},
		{"a stack that was made again", "dev", again, "2", "2"},
		{"a name that is used again", "dev", again, "4", "12"},
		{"an empty list", "dev", again, "0", "0"},
	} {
		r := s.rehearse(rehearse.Options{Name: "nightly", Stack: c.stack, StackID: c.id, Input: []byte(c.input)})
		if r.Failed != nil || string(r.Result) != c.want {
			t.Errorf("%s: %s, %v, want %s", c.what, r.Result, r.Failed, c.want)
		}
		runs := s.runs()
		if len(runs) != i+1 {
			t.Errorf("%s: the runs are %q", c.what, runs)
		}
		for _, run := range runs {
			if e, ok := envelope.ParseExecution(run); !ok || e.Name != "nightly" {
				t.Errorf("%s: %q is not a run of the execution", c.what, run)
			}
		}
	}
}

func TestARedriveGoesOnInTheSamePlace(t *testing.T) {
	s := &shared{T: t, artifacts: artifacts(t, trees.Numbers(3, 1), config.Defaults())}
	o := rehearse.Options{Name: "nightly", Stack: "dev", StackID: "11111111-2222-3333-4444-555555555555"}
	o.Faults.Fail = []rehearse.Call{{Step: "sum-numbers"}}
	if r := s.rehearse(o); r.Failed == nil {
		t.Fatal("the step did not fail")
	}
	before := s.runs()
	r := rehearseFlow(t, s.artifacts, rehearse.Options{
		Keep: s.folder, Redrive: true, Concurrency: 8, Parameters: map[string]string{"ArtifactBucketName": "shared-values"},
	})
	if after := s.runs(); r.Failed != nil || string(r.Result) != "6" || len(after) != 1 || after[0] != before[0] {
		t.Errorf("%s, %v; runs %q before, %q after", r.Result, r.Failed, before, after)
	}
}

// TestAStackMayNotTouchAnothersRuns has a state machine that makes ids of
// another stack.
func TestAStackMayNotTouchAnothersRuns(t *testing.T) {
	a := artifacts(t, trees.Numbers(3, 1), config.Defaults())
	const own, other = "\n        Stack: !Select [2, !Split [/, !Ref 'AWS::StackId']]\n", "\n        Stack: 11111111-2222-3333-4444-555555555555\n"
	if strings.Count(string(a.Template), own) != 1 {
		t.Fatalf("the template has not one substitution of the stack:\n%s", a.Template)
	}
	a.Template = []byte(strings.Replace(string(a.Template), own, other, 1))
	r := rehearseFlow(t, a, options())
	if r.Failed == nil || r.Denied == nil || !strings.Contains(r.Denied.Error(), "is not authorized to perform: s3:PutObject") {
		t.Errorf("%s, %v, denied %v", r.Result, r.Failed, r.Denied)
	}
}

// TestNamesOfExecutions: a name that Step Functions allows but keys don't is
// rejected.
func TestNamesOfExecutions(t *testing.T) {
	a := artifacts(t, trees.Numbers(3, 1), config.Defaults())
	for name, want := range map[string]string{
		"..":                    "",
		"!'()+.=@_-":            "",
		strings.Repeat("r", 80): "",
		"x.11111111-2222-3333-4444-555555555555.y": "",
		"Wörter": "the execution's name \"Wörter\": want 1 to 80 letters A to Z",
	} {
		o := options()
		o.Name = name
		r := rehearseFlow(t, a, o)
		switch {
		case want == "" && (r.Failed != nil || string(r.Result) != "6"):
			t.Errorf("%s: %s, %v", name, r.Result, r.Failed)
		case want != "" && (r.Failed == nil || !strings.Contains(r.Failed.Error(), want)):
			t.Errorf("%s: failed with %v, want %s", name, r.Failed, want)
		}
	}
}

// TestTheOutputOfAnExecution: it has the result's location and, if it is small, the result.
func TestTheOutputOfAnExecution(t *testing.T) {
	for count, want := range map[string]string{"3": "6", "0": "0"} {
		o := options()
		o.Input, o.Name, o.StackID = []byte(count), "nightly", "11111111-2222-3333-4444-555555555555"
		o.Parameters = map[string]string{"ArtifactBucketName": "shared-values", "Prefix": "team/values"}
		r := rehearseFlow(t, artifacts(t, trees.Numbers(3, 1), config.Defaults()), o)
		if r.Failed != nil {
			t.Fatal(r.Failed)
		}
		var got envelope.Output
		if err := json.Unmarshal(r.Output, &got); err != nil {
			t.Fatalf("%s: %v", r.Output, err)
		}
		e, ok := envelope.ParseExecution(got.Run)
		keys := envelope.Keys{Prefix: "team/values", Flow: r.Flow, Run: got.Run}
		location := envelope.Location{Bucket: "shared-values", Key: keys.Output("sum-numbers", ""), Codec: "json+gzip"}
		if !ok || e.Name != o.Name || e.Stack != o.StackID || got.Stored != location || string(got.Result) != want || string(r.Result) != want {
			t.Errorf("%s; the result is %s", r.Output, r.Result)
		}
	}
}
