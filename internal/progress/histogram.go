package progress

import (
	"math/bits"
	"time"
)

// The histogram's buckets: four for each power of two, so that a median is off
// by an eighth at most, from 64 ns on to 39 hours.
const (
	perPower  = 4
	leastBits = 6
	powers    = 41
)

// Histogram counts durations, for a median. Keeping them would be exact, at the
// memory of a million of them.
type Histogram struct {
	counts [powers * perPower]uint32
}

// Add counts a duration.
func (h *Histogram) Add(d time.Duration) { h.counts[bucket(d)]++ }

// Merge adds what another one counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
}

// Median is the middle of the bucket that holds it, or 0 without any.
func (h *Histogram) Median() time.Duration {
	var all, seen uint64
	for _, n := range h.counts {
		all += uint64(n)
	}
	for i, n := range h.counts {
		if seen += uint64(n); n > 0 && 2*seen >= all {
			return (lower(i) + lower(i+1)) / 2
		}
	}
	return 0
}

// bucket is the index of the bucket for d: its highest bit, then the two after it.
func bucket(d time.Duration) int {
	v := uint64(max(d, 1<<leastBits))
	power := bits.Len64(v) - 1
	i := (power-leastBits)*perPower + int(v>>(power-2))&(perPower-1)
	return min(i, powers*perPower-1)
}

// lower is the least duration in a bucket.
func lower(i int) time.Duration {
	power := i/perPower + leastBits
	return time.Duration(perPower+i%perPower) << (power - 2)
}
