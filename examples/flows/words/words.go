// Package words is a flow with a map inside a map: over texts, and over the
// words of each.
package words

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/lokki-build/lokki/lokki"
)

// Input is what the flow takes.
type Input struct {
	Texts []string `json:"texts"`
}

// Word is a word with its length.
type Word struct {
	Text   string `json:"text"`
	Length int    `json:"length"` // in characters
}

// Summary is what is reported about one text.
type Summary struct {
	Words   int    `json:"words"`
	Longest string `json:"longest"` // the first of them, if there are several
}

// Report is what the flow returns.
type Report struct {
	Words int       `json:"words"` // in all texts
	Texts []Summary `json:"texts"` // in the order of the texts
}

// ListTexts lists the texts.
func ListTexts(ctx context.Context, in Input) ([]string, error) { return in.Texts, nil }

// SplitText splits one text into its words.
func SplitText(ctx context.Context, text string) ([]string, error) { return strings.Fields(text), nil }

// MeasureWord measures one word.
func MeasureWord(ctx context.Context, word string) (Word, error) {
	return Word{Text: word, Length: utf8.RuneCountInString(word)}, nil
}

// SummarizeText sums up the words of one text.
func SummarizeText(ctx context.Context, words []Word) (Summary, error) {
	var longest Word
	for _, w := range words {
		if w.Length > longest.Length {
			longest = w
		}
	}
	return Summary{Words: len(words), Longest: longest.Text}, nil
}

// ReportTexts sums up all texts.
func ReportTexts(ctx context.Context, texts []Summary) (Report, error) {
	report := Report{Texts: texts}
	for _, s := range texts {
		report.Words += s.Words
	}
	return report, nil
}

// WordsFlow measures every word of every text.
func WordsFlow() lokki.Flow[Report] {
	texts := lokki.Start(ListTexts, Input{Texts: []string{"the quick brown fox", "jumps over", "the lazy dog"}})
	words := lokki.Map(texts, SplitText)
	measured := lokki.Map(words, MeasureWord)
	summaries := lokki.Agg(measured, SummarizeText)
	return lokki.Agg(summaries, ReportTexts)
}
