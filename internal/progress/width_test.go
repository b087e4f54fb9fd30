package progress

import (
	"testing"
	"unicode"

	"golang.org/x/text/width"
)

// Of all letters that there are, the wide ones are known.
func TestRuneWidth(t *testing.T) {
	for r := rune(' '); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) {
			continue
		}
		want := 1
		if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
			want = 2
		}
		if got := runeWidth(r); got != want {
			t.Fatalf("%U %c is %d wide, want %d", r, r, got, want)
		}
	}
	if n := widthOf("cafe\u0301 \U0001f426"); n != 7 {
		t.Errorf("a mark and a picture: %d columns", n)
	}
}

func TestCutWideLetters(t *testing.T) {
	for width, want := range map[int]string{20: "鳥の名前", 8: "鳥の名前", 7: "鳥の名…", 6: "鳥の…", 3: "鳥…", 2: "…", 1: "…", 0: ""} {
		if got := cut("鳥の名前", width); got != want {
			t.Errorf("to %d: got %q, want %q", width, got, want)
		}
	}
}

func TestTableFits(t *testing.T) {
	for width := 20; width <= 200; width++ {
		rows := [][]string{{"step", "calls", "failed", "at"}, {"a-step-with-a-name-of-some-length-as-they-have", "1,204/3,000", "17", "[3][17]"}, {"鳥の名前を一覧にする鳥の名前を一覧にする", "1", "", ""}}
		for _, line := range Table(rows, width, "at", "failed") {
			if n := widthOf(line); n > width {
				t.Fatalf("%d columns for a width of %d: %q", n, width, line)
			}
		}
	}
}
