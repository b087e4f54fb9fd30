package schedule

import (
	"encoding/json"
	"strings"
	"testing"
)

// daily returns a valid schedule.
func daily() Schedule {
	return Schedule{Name: "daily", Cron: "0 6 * * ? *", TimeZone: "Europe/Berlin", Input: json.RawMessage(`{"count": 2}`), Window: 15, Retry: 60}
}

func TestExpressions(t *testing.T) {
	for want, s := range map[string]Schedule{
		"cron(0 6 * * ? *)":       {Cron: "0  6 * * ? *"},
		"rate(15 minutes)":        {Rate: "15 minutes"},
		"at(2030-01-31T06:00:00)": {At: "2030-01-31T06:00:00"},
	} {
		if got := s.Expression(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestIDs(t *testing.T) {
	for name, want := range map[string]string{"": "", "daily": "Daily", "week_days": "WeekDays", "weekdays": "Weekdays", "a1_b2": "A1B2"} {
		if got := (Schedule{Name: name}).ID(); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestGoodSchedules(t *testing.T) {
	unnamed := daily()
	unnamed.Name, unnamed.Cron, unnamed.Rate, unnamed.TimeZone = "", "", "1 hour", "UTC"
	once := daily()
	once.Name, once.Cron, once.At = "once", "", "2028-02-29T23:59:59"
	if err := Validate("//flows:birds", []Schedule{daily(), unnamed, once}); err != nil {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Schedule)
		want  string
	}{
		"name":        {func(s *Schedule) { s.Name = "Week-Days" }, "want a name of the letters a to z, digits and underscores, up to 64\nhint: write words joined by underscores"},
		"digit":       {func(s *Schedule) { s.Name = "a_1" }, "want a name"},
		"long name":   {func(s *Schedule) { s.Name = strings.Repeat("a", 65) }, "want a name"},
		"no time":     {func(s *Schedule) { s.Cron = "" }, "0 of cron, rate and at are given; want one\nhint: write cron = "},
		"two times":   {func(s *Schedule) { s.Rate = "1 day" }, "2 of cron, rate and at are given; want one"},
		"cron":        {func(s *Schedule) { s.Cron = "0 24 * * ? *" }, "cron \"0 24 * * ? *\": hours 24: \"24\" is not a number from 0 to 23\nhint: cron = \"0 6 * * ? *\" is every day at 6:00"},
		"rate":        {func(s *Schedule) { s.Cron, s.Rate = "", "1 days" }, "rate \"1 days\": want a positive whole number and a unit\nhint: rate = \"15 minutes\"; the units are"},
		"zero rate":   {func(s *Schedule) { s.Cron, s.Rate = "", "0 minutes" }, "rate \"0 minutes\": want a positive"},
		"seconds":     {func(s *Schedule) { s.Cron, s.Rate = "", "30 seconds" }, "rate \"30 seconds\": want a positive"},
		"at":          {func(s *Schedule) { s.Cron, s.At = "", "2027-02-29T06:00:00" }, "at \"2027-02-29T06:00:00\": want an existing date and time of day, without a zone\nhint: at = "},
		"at a zone":   {func(s *Schedule) { s.Cron, s.At = "", "2027-02-28T06:00:00Z" }, "want an existing date and time"},
		"at an hour":  {func(s *Schedule) { s.Cron, s.At = "", "2027-02-28T6:00:00" }, "want an existing date and time"},
		"no zone":     {func(s *Schedule) { s.TimeZone = "" }, "time_zone \"\": not the name of a time zone\nhint: write a name of the IANA"},
		"wrong zone":  {func(s *Schedule) { s.TimeZone = "Europe/Bärlin" }, "not the name of a time zone"},
		"other zone":  {func(s *Schedule) { s.TimeZone = "Europe/Berlim" }, "time_zone \"Europe/Berlim\": there is no such time zone"},
		"local zone":  {func(s *Schedule) { s.TimeZone = "Local" }, "not the name of a time zone"},
		"path":        {func(s *Schedule) { s.TimeZone = "../Europe/Berlin" }, "not the name of a time zone"},
		"file":        {func(s *Schedule) { s.TimeZone = "posix/UTC" }, "not the name of a time zone"},
		"window":      {func(s *Schedule) { s.Window = 1441 }, "window 1441: want 1 to 1440 minutes\nhint: leave it out"},
		"retry":       {func(s *Schedule) { s.Retry = -1 }, "retry -1: want 0 to 1440 minutes\nhint: write 0"},
		"input":       {func(s *Schedule) { s.Input = json.RawMessage(`{`) }, "the input is not JSON\nhint: write a dictionary"},
		"no input":    {func(s *Schedule) { s.Input = nil }, "the input is not JSON"},
		"large input": {func(s *Schedule) { s.Input = json.RawMessage(`"` + strings.Repeat("x", 256_000) + `"`) }, "the input has 256002 bytes; EventBridge Scheduler allows 256000\nhint: let the first step"},
		"attribute":   {func(s *Schedule) { s.Input = json.RawMessage(`{"a":"<aws.scheduler.scheduledtime>"}`) }, "has no value for\nhint: did you mean <aws.scheduler.scheduled-time>?"},
		"attributes":  {func(s *Schedule) { s.Input = json.RawMessage(`{"a":"<aws.scheduler.run>"}`) }, "the input has <aws.scheduler.run>, which EventBridge Scheduler has no value for\nhint: the attributes are attempt-number, execution-id, schedule-arn, scheduled-time"},
	} {
		s := daily()
		c.spoil(&s)
		err := Validate("//flows:birds", []Schedule{s})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		} else if !strings.HasPrefix(err.Error(), "//flows:birds: schedule \"") || strings.Count(err.Error(), "hint: ") != 1 {
			t.Errorf("%s: not one problem that says where: %v", name, err)
		}
	}
}

func TestAllMistakesAreReported(t *testing.T) {
	a, b := daily(), daily()
	a.Window, a.Retry = -1, -1
	err := Validate("//flows:birds", []Schedule{a, b})
	if err == nil || strings.Count(err.Error(), "hint: ") != 3 || !strings.Contains(err.Error(), "schedule \"daily\": two schedules have this name") {
		t.Errorf("got %v, want three problems", err)
	}
}

// TestSampleInput: attributes are replaced, also within a string; the rest of the
// input is unchanged.
func TestSampleInput(t *testing.T) {
	s := Schedule{Input: json.RawMessage(`{"day": "<aws.scheduler.scheduled-time>", "id": "x-<aws.scheduler.execution-id>", "<&>": "<b>"}`)}
	const want = `{"day": "2030-01-31T06:00:00Z", "id": "x-d32c5kddcf5bb8c3", "<&>": "<b>"}`
	if got := string(s.SampleInput()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(s.CompactInput()); got != `{"day":"<aws.scheduler.scheduled-time>","id":"x-<aws.scheduler.execution-id>","<&>":"<b>"}` {
		t.Errorf("compact: %s", got)
	}
}
