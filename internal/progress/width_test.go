package progress

import (
	"testing"
	"unicode"
)

// A script's letters are all wide, or none is. Some Kana and Hangul have a narrow
// form, and Kana of old texts were added late.
func TestRuneWidth(t *testing.T) {
	narrow := &unicode.RangeTable{R16: []unicode.Range16{{0x1160, 0x11ff, 1}, {0xd7b0, 0xd7fb, 1}, {0xff61, 0xffdc, 1}}}
	for script, want := range map[string]int{
		"Han": 2, "Hiragana": 2, "Katakana": 2, "Hangul": 2, "Bopomofo": 2, "Yi": 2, "Tangut": 2,
		"Latin": 1, "Greek": 1, "Cyrillic": 1, "Arabic": 1, "Hebrew": 1, "Devanagari": 1, "Thai": 1, "Georgian": 1, "Armenian": 1,
	} {
		for r := rune(' '); r <= unicode.MaxRune; r++ {
			if !unicode.Is(unicode.Scripts[script], r) || !unicode.IsLetter(r) {
				continue
			}
			want := want
			switch {
			case unicode.Is(narrow, r):
				want = 1
			case r >= 0xff21 && r <= 0xff5a: // Latin in its full-width form
				want = 2
			}
			if got := runeWidth(r); got != want {
				t.Fatalf("%s: %U %c is %d wide, want %d", script, r, r, got, want)
			}
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
