package asl_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/tools/asl"
)

// Each of these is a mistake that a generator of state machines has made.

func words(t *testing.T) []byte {
	definition, err := asl.Generate(flowtest.Chain("WordsFlow",
		"start ListTexts", "map SplitText", "map CountLetters", "agg SumWords", "agg SumTexts", "then Report"))
	if err != nil {
		t.Fatal(err)
	}
	return definition
}

// everyState returns all states of all scopes, in no order.
func everyState(t *testing.T, definition []byte) map[string]map[string]any {
	var m map[string]any
	if err := json.Unmarshal(definition, &m); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]any{}
	var collect func(m map[string]any)
	collect = func(m map[string]any) {
		for name, s := range m["States"].(map[string]any) {
			if all[name] != nil {
				t.Errorf("two states have the name %q", name)
			}
			all[name] = s.(map[string]any)
			if inner, ok := all[name]["ItemProcessor"].(map[string]any); ok {
				collect(inner)
			}
		}
	}
	collect(m)
	return all
}

func TestStepsAfterAnAggregationAreKept(t *testing.T) {
	w := walker{t: t, sizes: func(string, string) int { return 2 }}
	w.walk(words(t), map[string]any{})
	if last := w.calls[len(w.calls)-1]; last.Step != "report" || last.From != "sum-texts" || last.Path != "" {
		t.Errorf("the last call is %+v", last)
	}
}

func TestNestedMapsRunInsideTheirChild(t *testing.T) {
	w := walker{t: t, sizes: func(string, string) int { return 2 }}
	w.walk(words(t), map[string]any{})
	var paths []string
	for _, r := range w.calls {
		if r.Step == "count-letters" {
			paths = append(paths, r.Path)
		}
	}
	if want := []string{"0/0/", "0/1/", "1/0/", "1/1/"}; !slices.Equal(paths, want) {
		t.Errorf("count-letters ran at %q, want %q", paths, want)
	}
}

func TestEmptyListsSkipTheirMap(t *testing.T) {
	for _, empty := range []string{"list-texts", "split-text"} {
		w := walker{t: t, sizes: func(step, _ string) int {
			if step == empty {
				return 0
			}
			return 1
		}}
		w.walk(words(t), map[string]any{})
		for _, r := range w.calls {
			if r.From == empty && r.Batch != nil {
				t.Errorf("%s ran for an empty list", r.Step)
			}
			if (r.Step == "sum-texts" || r.Step == "sum-words") && r.Count == nil {
				t.Errorf("%s has no count", r.Step)
			}
		}
	}
}

func TestResultWriterHasBucketAndPrefix(t *testing.T) {
	found := 0
	for name, s := range everyState(t, words(t)) {
		if s["Type"] != "Map" {
			continue
		}
		found++
		writer, ok := s["ResultWriter"].(map[string]any)
		if !ok || !strings.HasSuffix(fmt.Sprint(writer["Resource"]), ":states:::s3:putObject") {
			t.Errorf("%s: ResultWriter %v", name, s["ResultWriter"])
			continue
		}
		keys := slices.Sorted(maps.Keys(writer["Parameters"].(map[string]any)))
		if !slices.Equal(keys, []string{"Bucket", "Prefix.$"}) {
			t.Errorf("%s: ResultWriter has the parameters %q", name, keys)
		}
	}
	if found != 2 {
		t.Errorf("%d maps, want 2", found)
	}
}

func TestItemReaderTakesAKeyNotAURL(t *testing.T) {
	if strings.Contains(string(words(t)), "s3://") {
		t.Error("a URL in the state machine")
	}
	w := walker{t: t, sizes: func(string, string) int { return 1 }}
	w.walk(words(t), map[string]any{}) // fails if the key differs from the reply's
	want := "lokki/words-flow/" + run + "/split-text/0/items.json"
	if _, ok := w.objects[want]; !ok {
		t.Errorf("no items at %s", want)
	}
}

func TestItemSelectorPassesTheItem(t *testing.T) {
	w := walker{t: t, sizes: func(string, string) int { return 3 }}
	w.walk(words(t), map[string]any{})
	for _, r := range w.calls {
		if r.Batch != nil && !strings.HasSuffix("/"+r.Path, fmt.Sprintf("/%d/", r.Batch.Index)) {
			t.Errorf("%s at %q got the item %d", r.Step, r.Path, r.Batch.Index)
		}
	}
	for name, s := range everyState(t, words(t)) {
		if s["Type"] == "Task" && strings.Contains(fmt.Sprint(s), "$$.Map") {
			t.Errorf("%s takes the item where there is none", name)
		}
	}
}

func TestNoTwoCallsWriteTheSameKey(t *testing.T) {
	w := walker{t: t, sizes: func(string, string) int { return 3 }}
	w.walk(words(t), map[string]any{})
	seen := map[string]bool{}
	for _, r := range w.calls {
		key := r.Run + "/" + r.Step + "/" + r.Path
		if seen[key] {
			t.Errorf("two calls write %s", key)
		}
		seen[key] = true
	}
}

func TestTasksRetryLambdasErrorsAndMapsTheirOwn(t *testing.T) {
	for name, s := range everyState(t, words(t)) {
		switch s["Type"] {
		case "Map":
			// A retry of anything else would rerun every child for what a task
			// has retried already.
			var errors []any
			for _, rule := range s["Retry"].([]any) {
				errors = append(errors, rule.(map[string]any)["ErrorEquals"])
			}
			if got := fmt.Sprint(errors); got != "[[States.ItemReaderFailed] [States.ResultWriterFailed]]" || s["Catch"] != nil {
				t.Errorf("%s: retries %s, Catch %v", name, got, s["Catch"])
			}
		case "Task":
			rules := s["Retry"].([]any)
			first, last := rules[0].(map[string]any), rules[len(rules)-1].(map[string]any)
			if got := fmt.Sprint(first["ErrorEquals"]); got != "[Lokki.Permanent]" || first["MaxAttempts"] != 0.0 {
				t.Errorf("%s: the first rule is %v, want one that never retries Lokki.Permanent", name, first)
			}
			for _, e := range last["ErrorEquals"].([]any) {
				if !regexp.MustCompile(`^(Lambda\.[A-Za-z]+Exception|Lokki\.(Transient|Storage))$`).MatchString(e.(string)) {
					t.Errorf("%s retries %q, which nobody raises or which comes back", name, e)
				}
			}
			if last["JitterStrategy"] != "FULL" || last["MaxDelaySeconds"] == nil {
				t.Errorf("%s: retries without jitter or cap: %v", name, last)
			}
		}
	}
}

func TestNoAccountRegionOrPartition(t *testing.T) {
	definition := string(words(t))
	if m := regexp.MustCompile(`\b[0-9]{12}\b|arn:aws|[a-z]{2}-[a-z]+-[0-9]`).FindString(definition); m != "" {
		t.Errorf("the state machine names %q", m)
	}
}

func TestJSONPathThroughout(t *testing.T) {
	definition := string(words(t))
	for _, jsonata := range []string{"QueryLanguage", "{%", "Arguments", `"Output"`, `"Assign"`} {
		if strings.Contains(definition, jsonata) {
			t.Errorf("%s belongs to JSONata", jsonata)
		}
	}
}

func TestEveryStateSaysWhereItComesFrom(t *testing.T) {
	for name, s := range everyState(t, words(t)) {
		if !regexp.MustCompile(`^flows/flows\.go:[0-9]+: `).MatchString(fmt.Sprint(s["Comment"])) {
			t.Errorf("%s: comment %v", name, s["Comment"])
		}
	}
}
