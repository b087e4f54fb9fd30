package schedule

import (
	"strings"
	"testing"
)

func TestGoodCron(t *testing.T) {
	for _, s := range []string{
		"0 6 * * ? *", "0/15 * * * ? *", "*/5 8-17 ? * MON-FRI *", "0 0 1 1,7 ? 2027-2030", "0 0 L * ? *", "0 0 15W * ? *",
		"0 0 LW * ? *", "15 10 ? * 6L *", "0 9 ? * 3#2 *", "0 9 ? * FRI#5 *", "0 0 ? JAN-MAR,DEC SUN,WED *", "0,30 0-23/2 1,L * ? *", "0 0 ? * L 2199",
	} {
		if what, _ := checkCron(s); what != "" {
			t.Errorf("%s: %s", s, what)
		}
	}
}

func TestBadCron(t *testing.T) {
	for s, want := range map[string]string{
		"0 6 * * *":            "5 fields; want 6: minutes hours day-of-month month day-of-week year",
		"":                     "0 fields",
		"0 6 * * ? * *":        "7 fields",
		"0 6 * * * *":          "day-of-month and day-of-week are both given",
		"0 6 1 * MON *":        "day-of-month and day-of-week are both given",
		"0 6 ? * ? *":          "neither day-of-month nor day-of-week is given",
		"60 6 * * ? *":         `minutes 60: "60" is not a number from 0 to 59`,
		"0 6 0 * ? *":          `day-of-month 0: "0" is not a number from 1 to 31`,
		"0 6 * 13 ? *":         `month 13: "13" is not a number from 1 to 12 or a name from JAN to DEC`,
		"0 6 ? * 0 *":          `day-of-week 0: "0" is not a number from 1 to 7 or a name from SUN to SAT`,
		"0 6 ? * mon *":        `"mon" is not a number from 1 to 7 or a name from SUN to SAT`,
		"0 6 ? * FRI-MON *":    "the range FRI-MON ends before it begins",
		"0 6 ? * MON-FRIDAY *": `"FRIDAY" is not a number`,
		"0 6 ? * MON#6 *":      `"MON#6" is not`,
		"0 6 ? * 3#1,6#3 *":    "a day with # can't be combined with others",
		"0 6 ? * 9L *":         `"9L" is not`,
		"0 6 32W * ? *":        `"32W" is not`,
		"0 L * * ? *":          `hours L: "L" is not a number from 0 to 23`,
		"0 ? * * ? *":          `hours ?: "?" is not`,
		"/15 * * * ? *":        `"" is not a number from 0 to 59`,
		"*/0 * * * ? *":        `"0" is not an increment from 1 to 59`,
		"*/60 * * * ? *":       `"60" is not an increment`,
		"*/x * * * ? *":        `"x" is not an increment`,
		"0, * * * ? *":         `minutes 0,: "" is not`,
		"+5 * * * ? *":         `"+5" is not`,
		"0 6 * * ? 1969":       `year 1969: "1969" is not a number from 1970 to 2199`,
	} {
		if what, _ := checkCron(s); !strings.Contains(what, want) {
			t.Errorf("%q: got %q, want %q", s, what, want)
		}
	}
	if _, hint := checkCron("0 6 * * *"); !strings.HasPrefix(hint, "Unix has no year") {
		t.Errorf("hint %q for a crontab's line", hint)
	}
}
