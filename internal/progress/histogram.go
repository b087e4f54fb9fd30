package progress

import (
	"math/bits"
	"time"
)

// The histogram has four buckets for each power of two, from 64 ns to 39 hours,
// so a median is off by an eighth at most.
const (
	perPower  = 4
	leastBits = 6
	powers    = 41
)

// Histogram counts durations, for a median. An exact median would have to keep
// up to a million of them.
type Histogram struct {
	counts [powers * perPower]uint32
}

// Add counts a duration.
func (h *Histogram) Add(d time.Duration) { h.counts[bucket(d)]++ }

// Merge adds the counts of another histogram.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
}

// Median returns the middle of the bucket that holds the median, or 0 if
// nothing was counted.
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

// bucket returns the index of the bucket for d: its highest bit, then the two
// after it.
func bucket(d time.Duration) int {
	v := uint64(max(d, 1<<leastBits))
	power := bits.Len64(v) - 1
	i := (power-leastBits)*perPower + int(v>>(power-2))&(perPower-1)
	return min(i, powers*perPower-1)
}

// lower returns the least duration in a bucket.
func lower(i int) time.Duration {
	power := i/perPower + leastBits
	return time.Duration(perPower+i%perPower) << (power - 2)
}
