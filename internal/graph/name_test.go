package graph

import (
	"fmt"
	"testing"
)

func TestName(t *testing.T) {
	for ident, want := range map[string]string{
		"GetBirds":     "get-birds",
		"getBirds":     "get-birds",
		"BirdsFlow":    "birds-flow",
		"HTTPGet":      "http-get",
		"GetHTTP":      "get-http",
		"GetHTTPBody":  "get-http-body",
		"V2Rows":       "v2-rows",
		"S3Get":        "s3-get",
		"HTTP2Get":     "http2-get",
		"Sha256Sum":    "sha256-sum",
		"Utf8":         "utf8",
		"URLsOf":       "urls-of",
		"GetURLs":      "get-urls",
		"IDs":          "ids",
		"AsList":       "as-list",
		"IsOK":         "is-ok",
		"A":            "a",
		"AB":           "ab",
		"ABc":          "a-bc",
		"Get_birds":    "get-birds",
		"Get__Birds_2": "get-birds-2",
		"_Birds_":      "birds",
	} {
		if got, err := Name(ident); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", ident, got, err, want)
		}
	}
	for _, ident := range []string{
		"Größe", "Éclair", "ÜberÄpfel", "Птицы", "鳥", "数える", "Søk", "Get鳥", "Ｇｅｔ", "Ǆ", "ª", "\u212a", "V٣", // the K is the sign of kelvin
		"a b", "a.b", "f-fm", "a\x00", "a\xff", "a\n",
	} {
		want := fmt.Sprintf("the name %q has characters other than the letters A to Z, digits and underscores", ident)
		if got, err := Name(ident); err == nil || err.Error() != want {
			t.Errorf("%q: got %q, %v", ident, got, err)
		}
	}
	for _, ident := range []string{"", "_", "__"} {
		if got, err := Name(ident); err == nil || err.Error() != fmt.Sprintf("the name %q has no letters or digits", ident) {
			t.Errorf("%q: got %q, %v", ident, got, err)
		}
	}
}
