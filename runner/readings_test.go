package runner

import (
	"fmt"
	"testing"
	"time"

	"github.com/lokki-build/lokki/lokki/lokkitest"
)

// TestValuesArriveWhole passes values from step to step that JSON easily damages, in
// short and long lists, with a duration as a person would write it.
func TestValuesArriveWhole(t *testing.T) {
	for _, count := range []int{3, 3 * 1024} {
		want := make([]lokkitest.Reading, count)
		for n := range want {
			want[n] = lokkitest.ReadingOf(n, 5*time.Minute)
		}
		check(t, lokkitest.ReadingsFlow(), fmt.Sprintf(`{"every": "5m", "count": %d}`, count), want)
	}
}
