// Package schedule is when a flow is started on a schedule, and with what input: what
// lokki_schedule declares, and its checks.
package schedule

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
)

// Limits of EventBridge Scheduler
// (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html).
const (
	maxName   = 64
	maxWindow = 1440    // minutes
	maxRetry  = 1440    // minutes
	maxInput  = 256_000 // bytes; documented as 256 KB, which may mean 1,000 or 1,024
)

// Schedule is one lokki_schedule. It has exactly one of Cron, Rate and At.
type Schedule struct {
	Name     string          `json:"name,omitempty"`     // empty for a flow's only schedule
	Cron     string          `json:"cron,omitempty"`     // as in "0 6 * * ? *"
	Rate     string          `json:"rate,omitempty"`     // as in "15 minutes"
	At       string          `json:"at,omitempty"`       // as in "2030-01-31T06:00:00"
	TimeZone string          `json:"time_zone"`          // as in "Europe/Berlin"
	Input    json.RawMessage `json:"input"`              // the execution's; may have attributes, see SampleInput
	Window   int             `json:"window,omitempty"`   // flexible time window, in minutes
	Retry    int             `json:"retry,omitempty"`    // minutes during which a start that fails is retried
	Disabled bool            `json:"disabled,omitempty"` // starts nothing unless enabled at deployment
}

// nameForm ensures that no two names have the same ID.
var nameForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$`)

// ID returns the name in letters and digits, such as "WeekDays" for "week_days".
func (s Schedule) ID() string {
	if s.Name == "" {
		return ""
	}
	var b strings.Builder
	for word := range strings.SplitSeq(s.Name, "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// Expression returns the schedule as an expression of EventBridge Scheduler.
func (s Schedule) Expression() string {
	switch {
	case s.Cron != "":
		return "cron(" + strings.Join(strings.Fields(s.Cron), " ") + ")"
	case s.Rate != "":
		return "rate(" + strings.Join(strings.Fields(s.Rate), " ") + ")"
	}
	return "at(" + s.At + ")"
}

// Validate reports, joined, what is wrong with the schedules of a flow, which is
// given by its label. Each problem is a graph.Problem. Whether the input fits the flow
// can be checked only where the flow's types are known.
func Validate(flow string, all []Schedule) error {
	var errs []error
	seen := map[string]bool{}
	for _, s := range all {
		problems := s.problems()
		if seen[s.Name] {
			problems = append(problems, graph.Problem{What: "two schedules have this name", Hint: "give each its own name"})
		}
		seen[s.Name] = true
		for _, p := range problems {
			p.Position, p.What = flow, s.Title()+": "+p.What
			errs = append(errs, p)
		}
	}
	return errors.Join(errs...)
}

// Title returns the name of the schedule for messages.
func (s Schedule) Title() string {
	if s.Name == "" {
		return "the schedule"
	}
	return fmt.Sprintf("schedule %q", s.Name)
}

func (s Schedule) problems() []graph.Problem {
	var all []graph.Problem
	report := func(hint, format string, args ...any) {
		all = append(all, graph.Problem{What: fmt.Sprintf(format, args...), Hint: hint})
	}
	if s.Name != "" && (!nameForm.MatchString(s.Name) || len(s.Name) > maxName) {
		report(`write words joined by underscores, as in "week_days"`, "want a name of the letters a to z, digits and underscores, up to %d", maxName)
	}
	all = append(all, s.checkTime()...)
	if what := checkZone(s.TimeZone); what != "" {
		report(`write a name of the IANA time zone database, as in "Europe/Berlin"; "UTC" is the default`, "time_zone %q: %s", s.TimeZone, what)
	}
	if s.Window < 0 || s.Window > maxWindow {
		report("leave it out to start at the exact time", "window %d: want 1 to %d minutes", s.Window, maxWindow)
	}
	if s.Retry < 0 || s.Retry > maxRetry {
		report("write 0 to try once only", "retry %d: want 0 to %d minutes", s.Retry, maxRetry)
	}
	return append(all, s.checkInput()...)
}
