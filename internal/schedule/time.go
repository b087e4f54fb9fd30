package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // time zones for machines that have none

	"github.com/lokki-build/lokki/internal/graph"
)

// checkTime checks the time. The forms are those of
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
func (s Schedule) checkTime() []graph.Problem {
	given := 0
	var all []graph.Problem
	for _, c := range []struct {
		key, value, form string
		check            func(string) (what, hint string)
	}{
		{"cron", s.Cron, `cron = "0 6 * * ? *" is every day at 6:00`, checkCron},
		{"rate", s.Rate, `rate = "15 minutes"; the units are minutes, hours and days, without s after 1`, checkRate},
		{"at", s.At, `at = "2030-01-31T06:00:00"`, checkAt},
	} {
		if c.value == "" {
			continue
		}
		given++
		what, hint := c.check(c.value)
		if what == "" {
			continue
		}
		if hint == "" {
			hint = c.form
		}
		all = append(all, graph.Problem{What: fmt.Sprintf("%s %q: %s", c.key, c.value, what), Hint: hint})
	}
	if given != 1 {
		all = append(all, graph.Problem{
			What: fmt.Sprintf("%d of cron, rate and at are given; want one", given),
			Hint: `write cron = "0 6 * * ? *", rate = "15 minutes" or at = "2030-01-31T06:00:00"`,
		})
	}
	return all
}

var rateForm = regexp.MustCompile(`^(1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))$`)

func checkRate(s string) (what, hint string) {
	if !rateForm.MatchString(strings.Join(strings.Fields(s), " ")) {
		return "want a positive whole number and a unit", ""
	}
	return "", ""
}

func checkAt(s string) (what, hint string) {
	const form = "2006-01-02T15:04:05"
	t, err := time.Parse(form, s)
	if err != nil || t.Format(form) != s {
		return "want an existing date and time of day, without a zone", ""
	}
	return "", ""
}

// zoneForm is the form of names in the database. It excludes other files there, such
// as posixrules and right/UTC, and "Local", which differs on each machine.
var zoneForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*)*$`)

func checkZone(name string) string {
	if !zoneForm.MatchString(name) || name == "Local" {
		return "not the name of a time zone"
	}
	if _, err := time.LoadLocation(name); err != nil {
		return "there is no such time zone"
	}
	return ""
}
