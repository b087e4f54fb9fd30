package progress

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// count formats a number as in "1,204".
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Plural formats a number of things, as in "1 call" and "2 calls".
func Plural(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return count(n) + " " + noun
}

// duration rounds to two or three digits: "41 µs", "0.3 ms", "310 ms", "12.4 s", "3m5s".
// A value that rounds up to the next unit is written in that unit.
func duration(d time.Duration) string {
	switch {
	case d < 99500*time.Nanosecond:
		return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
	case d < 99950*time.Microsecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d < 59950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// remaining formats an estimated duration, in whole seconds.
func remaining(d time.Duration) string {
	if d = d.Round(time.Second); d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return d.String()
}

// Size formats bytes as in "512 B" and "1.2 MB", in powers of 1000.
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, unit := float64(n)/1000, 0
	for f >= 999.95 && unit < len(units)-1 {
		f /= 1000
		unit++
	}
	return fmt.Sprintf("%.1f %cB", f, units[unit])
}

const units = "kMGTPE"

// rate formats as in "412/s", or per minute or hour for slow steps.
func rate(calls int64, d time.Duration) string {
	if calls == 0 || d <= 0 {
		return ""
	}
	switch perSecond := float64(calls) / d.Seconds(); {
	case perSecond >= 10:
		return count(int64(perSecond+0.5)) + "/s"
	case perSecond >= 1:
		return fmt.Sprintf("%.1f/s", perSecond)
	case perSecond*60 >= 1:
		return fmt.Sprintf("%.0f/min", perSecond*60)
	default:
		return fmt.Sprintf("%.1f/h", perSecond*3600)
	}
}

// At formats an index path, as in "[3][17]".
func At(index []int) string {
	var b strings.Builder
	for _, i := range index {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String()
}
