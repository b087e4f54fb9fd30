package words_test

import (
	"reflect"
	"testing"

	"github.com/lokki-build/lokki/examples/flows/words"
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
