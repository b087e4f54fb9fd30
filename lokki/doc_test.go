package lokki_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
)

// TestTutorialHasEachOption fails for an option that the tutorial omits.
func TestTutorialHasEachOption(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range flowtest.EachOption() {
		if !strings.Contains(string(doc), "["+o.Name) { // as in [TolerateFailures]
			t.Errorf("doc.go doesn't mention %s", o.Name)
		}
	}
}
