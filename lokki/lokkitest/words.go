package lokkitest

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lokki-build/lokki/lokki"
)

// WordsInput is what SplitTexts takes.
type WordsInput struct {
	Texts   []string `json:"texts"`
	Options struct {
		Separator string `json:"separator"`
		Fold      bool   `json:"fold"`
	} `json:"options"`
}

// Summary is what is known about one text.
type Summary struct {
	Words   int `json:"words"`
	Longest int `json:"longest"`
}

// SplitTexts passes the texts on, folded on request.
func SplitTexts(ctx context.Context, in WordsInput) ([]string, error) {
	texts := slices.Clone(in.Texts)
	if in.Options.Fold {
		for i := range texts {
			texts[i] = strings.ToLower(texts[i])
		}
	}
	return texts, nil
}

// SplitWords splits a text.
func SplitWords(ctx context.Context, text string) ([]string, error) {
	return strings.Fields(text), nil
}

// CountWord counts a word's letters.
func CountWord(ctx context.Context, word string) (int, error) {
	return utf8.RuneCountInString(word), nil
}

// Double is a step inside two maps that opens none.
func Double(ctx context.Context, n int) (int, error) { return 2 * n, nil }

// SumWords sums up one text.
func SumWords(ctx context.Context, counts []int) (Summary, error) {
	return Summary{Words: len(counts), Longest: slices.Max(append(counts, 0))}, nil
}

// SumTexts sums up all texts, in order.
func SumTexts(ctx context.Context, texts []Summary) ([]Summary, error) { return texts, nil }

// WordsFlow has a map inside a map, a step in the inner one that is used
// twice, and two aggregations in a row.
func WordsFlow() lokki.Flow[[]Summary] {
	texts := lokki.Start(SplitTexts, WordsInput{Texts: []string{"a bc", "", "def"}})
	words := lokki.Map(texts, SplitWords)
	counts := lokki.Map(words, CountWord)
	counts = lokki.Then(counts, Double)
	counts = lokki.Then(counts, Double)
	return lokki.Agg(lokki.Agg(counts, SumWords), SumTexts)
}
