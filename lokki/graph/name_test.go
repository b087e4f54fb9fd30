package graph

import "testing"

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
		"Éclair":       "eclair",
		"ÜberÄpfel":    "uber-apfel",
		"naïveÉtape":   "naive-etape",
	} {
		if got, err := Name(ident); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", ident, got, err, want)
		}
	}
	for _, ident := range []string{"", "_", "__", "Größe", "Птицы", "鳥", "Søk", "a b", "a.b", "f-fm"} {
		if got, err := Name(ident); err == nil {
			t.Errorf("%q: got %q, want an error", ident, got)
		}
	}
}
