package words_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/lokki-build/lokki/examples/flows/words"
	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/runner"
)

func TestWordsFlow(t *testing.T) {
	for _, test := range []struct {
		name, input string
		want        words.Report
	}{
		{"defaults", ``, words.Report{
			Words: 9,
			Texts: []words.Summary{{Words: 4, Longest: "quick"}, {Words: 2, Longest: "jumps"}, {Words: 3, Longest: "lazy"}},
		}},
		{"a text without words", `{"texts": ["", "Über alles"]}`, words.Report{
			Words: 2,
			Texts: []words.Summary{{}, {Words: 2, Longest: "alles"}},
		}},
		{"no texts", `{"texts": []}`, words.Report{Texts: []words.Summary{}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := runner.Run(t.Context(), words.WordsFlow(), runner.Options{Input: []byte(test.input)})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestBusyService has the second word of the first text fail twice, and checks
// the calls: the flow retries that word and no other.
func TestBusyService(t *testing.T) {
	var calls runner.Recorder
	got, err := runner.Run(t.Context(), words.WordsFlow(), runner.Options{
		OnCall:  calls.Record,
		Backoff: runner.NoBackoff, // otherwise the test would wait for seconds
		Inject: func(step string, index []int, attempt int) error {
			if step == "measure-word" && reflect.DeepEqual(index, []int{0, 1}) && attempt <= 2 {
				return lokki.Transient(errors.New("too many words"))
			}
			return nil
		},
	})
	if err != nil || got.Words != 9 {
		t.Errorf("got %+v, %v", got, err)
	}
	tries := map[string]int{}
	for _, c := range calls.Calls("measure-word") {
		tries[string(c.Input)] = c.Attempt
	}
	want := map[string]int{`"the"`: 1, `"quick"`: 3, `"brown"`: 1, `"fox"`: 1, `"jumps"`: 1, `"over"`: 1, `"lazy"`: 1, `"dog"`: 1}
	if !reflect.DeepEqual(tries, want) {
		t.Errorf("the words took %v tries, want %v", tries, want)
	}
}

// TestMissingDictionary has a word fail for good: the error says which.
func TestMissingDictionary(t *testing.T) {
	missing := errors.New("no dictionary")
	_, err := runner.Run(t.Context(), words.WordsFlow(), runner.Options{
		Inject: func(step string, index []int, _ int) error {
			if step == "measure-word" && reflect.DeepEqual(index, []int{2, 1}) {
				return missing
			}
			return nil
		},
	})
	var failed *runner.StepError
	if !errors.Is(err, missing) || !errors.As(err, &failed) {
		t.Fatalf("got %v", err)
	}
	if failed.Step != "measure-word" || !reflect.DeepEqual(failed.Index, []int{2, 1}) || string(failed.Input) != `"lazy"` {
		t.Errorf("got %s at %v with %s", failed.Step, failed.Index, failed.Input)
	}
}
