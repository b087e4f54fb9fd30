package suggest

import "testing"

func TestName(t *testing.T) {
	names := []string{"count", "colour", "max_items", "id", "ratio"}
	for _, c := range []struct{ got, want string }{
		{"cuont", "count"},
		{"Count", "count"},
		{"counts", "count"},
		{"color", "colour"},
		{"maxItems", "max_items"},
		{"max-items", "max_items"},
		{"di", "id"},
		{"ratoi", "ratio"},
		{"birds", ""},
		{"", ""},
		{"größe", ""},
	} {
		if got := Name(c.got, names); got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.got, got, c.want)
		}
	}
}

func TestNameTakesTheClosest(t *testing.T) {
	if got := Name("kolour", []string{"kalovr", "colour"}); got != "colour" {
		t.Errorf("got %q, want the one with a single difference", got)
	}
	if got := Name("aaaa", []string{"aaab", "aaac"}); got != "aaab" {
		t.Errorf("got %q, want the first of two equally close", got)
	}
}
