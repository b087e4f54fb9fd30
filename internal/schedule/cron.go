package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// field is one of the six parts of a cron expression.
type field struct {
	name        string
	least, most int
	names       []string // of least and the values after it, if they have names
}

var (
	minutes    = field{"minutes", 0, 59, nil}
	hours      = field{"hours", 0, 23, nil}
	dayOfMonth = field{"day-of-month", 1, 31, nil}
	month      = field{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	dayOfWeek  = field{"day-of-week", 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	year       = field{"year", 1970, 2199, nil}
)

// checkCron checks the fields of an EventBridge cron expression, which differ from
// those of Unix: there is a year, days of the week start with Sunday as 1, and one of
// the two days must be a question mark
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html).
func checkCron(s string) (what, hint string) {
	parts := strings.Fields(s)
	if len(parts) != 6 {
		what = fmt.Sprintf("%d fields; want 6: minutes hours day-of-month month day-of-week year", len(parts))
		if len(parts) == 5 {
			hint = "Unix has no year: append one, or *; and write ? for the day that doesn't matter, as in \"0 6 * * ? *\""
		}
		return what, hint
	}
	switch open := [2]bool{parts[2] == "?", parts[4] == "?"}; {
	case !open[0] && !open[1]:
		return "day-of-month and day-of-week are both given", `write ? for the one that doesn't matter, as in "0 6 * * ? *" or "0 6 ? * MON-FRI *"`
	case open[0] && open[1]:
		return "neither day-of-month nor day-of-week is given", `write * for one of them, as in "0 6 * * ? *"`
	}
	for i, f := range []field{minutes, hours, dayOfMonth, month, dayOfWeek, year} {
		if what := f.check(parts[i]); what != "" {
			return fmt.Sprintf("%s %s: %s", f.name, parts[i], what), ""
		}
	}
	return "", ""
}

// check returns what is wrong with the field's text, or "".
func (f field) check(s string) string {
	if s == "?" && (f.name == dayOfMonth.name || f.name == dayOfWeek.name) {
		return ""
	}
	items := strings.Split(s, ",")
	if strings.Contains(s, "#") && len(items) > 1 {
		return "a day with # can't be combined with others"
	}
	for _, item := range items {
		if f.special(item) {
			continue
		}
		if what := f.checkItem(item); what != "" {
			return what
		}
	}
	return ""
}

// special reports whether item has a form that only days have: the last day (L), the
// weekday nearest to a day (15W), the last weekday (LW), the last Friday (6L), or the
// third Tuesday (3#3).
func (f field) special(item string) bool {
	isDay := func(s string) bool { _, ok := f.value(s); return ok }
	switch f.name {
	case dayOfMonth.name:
		day, ok := strings.CutSuffix(item, "W")
		return item == "L" || item == "LW" || ok && isDay(day)
	case dayOfWeek.name:
		last, ok := strings.CutSuffix(item, "L")
		day, nth, hash := strings.Cut(item, "#")
		return item == "L" || ok && isDay(last) || hash && isDay(day) && len(nth) == 1 && nth >= "1" && nth <= "5"
	}
	return false
}

// checkItem checks *, a value or a range, each perhaps with an increment.
func (f field) checkItem(item string) string {
	span, step, stepped := strings.Cut(item, "/")
	if stepped {
		if n, err := strconv.Atoi(step); err != nil || n < 1 || n > f.most {
			return fmt.Sprintf("%q is not an increment from 1 to %d", step, f.most)
		}
	}
	if span == "*" {
		return ""
	}
	from, to, ranged := strings.Cut(span, "-")
	least, ok := f.value(from)
	if !ok {
		return fmt.Sprintf("%q is not %s", from, f.want())
	}
	if !ranged {
		return ""
	}
	most, ok := f.value(to)
	switch {
	case !ok:
		return fmt.Sprintf("%q is not %s", to, f.want())
	case least > most:
		return fmt.Sprintf("the range %s ends before it begins", span)
	}
	return ""
}

// value parses a number or a name of the field.
func (f field) value(s string) (int, bool) {
	if i := slices.Index(f.names, s); i >= 0 {
		return f.least + i, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= f.least && n <= f.most && s[0] != '+'
}

func (f field) want() string {
	if f.names == nil {
		return fmt.Sprintf("a number from %d to %d", f.least, f.most)
	}
	return fmt.Sprintf("a number from %d to %d or a name from %s to %s", f.least, f.most, f.names[0], f.names[len(f.names)-1])
}
