package progress

import (
	"io"
	"strings"
	"unicode"

	"github.com/vbauerster/cupwriter"
)

// Width is how wide a line written to w may be: less than a terminal's width, as
// terminals differ in what they do after the last column. 0 is no limit.
func Width(w io.Writer) int {
	cw := cupwriter.New(w, false)
	if !cw.IsTerminal() {
		return 0
	}
	columns, _, err := cw.GetTermSize()
	if err != nil || columns <= 0 {
		return 0
	}
	return max(1, columns-1)
}

// widthOf returns how many columns of a terminal a text takes.
func widthOf(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for Chinese, Japanese and Korean letters and for pictographs, and
// 0 for marks that are drawn over the letter before.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wideLetters, r):
		return 2
	}
	return 1
}

// wideLetters are the ranges of wide letters (https://www.unicode.org/reports/tr11/).
var wideLetters = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1}, // Hangul Jamo
		{0x2e80, 0x303e, 1}, // radicals and punctuation
		{0x3041, 0xa4cf, 1}, // Kana, Bopomofo, Han, Yi
		{0xa960, 0xa97f, 1}, // Hangul Jamo
		{0xac00, 0xd7a3, 1}, // Hangul
		{0xf900, 0xfaff, 1}, // Han
		{0xfe10, 0xfe19, 1}, // vertical forms
		{0xfe30, 0xfe6f, 1}, // small forms
		{0xff01, 0xff60, 1}, // full-width forms
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18dff, 1}, // Tangut, Khitan
		{0x1aff0, 0x1b2ff, 1}, // Kana
		{0x1f300, 0x1f64f, 1}, // pictures
		{0x1f680, 0x1f6ff, 1},
		{0x1f900, 0x1f9ff, 1},
		{0x1fa70, 0x1faff, 1},
		{0x20000, 0x3fffd, 1}, // Han
	},
}

// cut shortens text to a width in columns.
func cut(text string, width int) string {
	if widthOf(text) <= width {
		return text
	}
	if width < 1 {
		return ""
	}
	room := width - 1 // for the ellipsis
	for i, r := range text {
		if room -= runeWidth(r); room < 0 {
			return text[:i] + "…"
		}
	}
	return text
}

// blanks pads a text to a width.
func blanks(text string, width int) string {
	return strings.Repeat(" ", max(0, width-widthOf(text)))
}
