package interpreter

import (
	"context"
	"math"
	"regexp"
	"time"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/intrinsic"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// pass is a Pass state.
type pass struct {
	fixed      *doc // Result
	parameters template
}

func (r *stateReader) pass() {
	r.paths()
	r.result(false)
	r.transition()
	a := pass{}
	if node, ok := r.o.get("Result"); ok {
		d := newDoc(plain(node))
		a.fixed = &d
	}
	a.parameters = r.template("Parameters")
	r.n.action = a
}

// template reads a field that is a payload template, or returns nil if it is
// missing.
func (r *stateReader) template(name string) template {
	node, ok := r.o.get(name)
	if !ok {
		return nil
	}
	return readTemplate(node, r.o.path(name), r.o.p)
}

func (a pass) run(_ context.Context, v *visit, input any) (any, string, error) {
	if a.parameters != nil {
		var err error
		if input, err = a.parameters.Eval(v.data(input)); err != nil {
			return nil, "", err
		}
	}
	if a.fixed != nil {
		return a.fixed.value, "", nil
	}
	return input, "", nil
}

type succeed struct{}

func (succeed) run(_ context.Context, _ *visit, input any) (any, string, error) {
	return input, "", nil
}

// fail is a Fail state: its name and cause are fixed or computed.
type fail struct{ name, cause text }

// text is a string that a definition gives, or an expression for one.
type text struct {
	field      string
	fixed      string
	expression template
}

func readText(o *object, name string) text {
	t := text{field: name + "Path"}
	o.atMostOne(name, t.field)
	t.fixed, _ = o.str(name)
	if source, ok := o.str(t.field); ok {
		var err error
		if t.expression, err = intrinsic.Parse(t.field, source); err != nil {
			o.p.add(o.path(t.field), "%v", err)
		}
	}
	return t
}

func (t text) get(d jsonpath.Data) (string, error) {
	if t.expression == nil {
		return t.fixed, nil
	}
	value, err := t.expression.Eval(d)
	if err != nil {
		return "", err
	}
	s, ok := value.(string)
	if !ok {
		return "", runtimeFault("The %s field refers to %s, not to a string", t.field, jsonvalue.Kind(value))
	}
	return s, nil
}

func (r *stateReader) fail() {
	r.n.action = fail{readText(r.o, "Error"), readText(r.o, "Cause")}
	r.ends()
}

func (a fail) run(_ context.Context, v *visit, input any) (any, string, error) {
	name, err := a.name.get(v.data(input))
	if err != nil {
		return nil, "", err
	}
	cause, err := a.cause.get(v.data(input))
	if err != nil {
		return nil, "", err
	}
	return nil, "", &Failure{Name: name, Cause: cause}
}

// wait is a Wait state.
type wait struct {
	seconds     setting
	until       time.Time
	untilPath   *jsonpath.Path
	hasDuration bool
}

// A wait is at most a year long, as an execution is.
const longestWait = 366 * 24 * time.Hour

func (r *stateReader) wait() {
	r.paths()
	r.transition()
	o := r.o
	o.atMostOne("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
	a := wait{seconds: wholeSetting(o, "Seconds", 0, 0, awslimits.TimerSeconds)}
	a.hasDuration = a.seconds.given
	if stamp, ok := o.str("Timestamp"); ok {
		if a.until, ok = timestamp(stamp); !ok {
			o.p.add(o.path("Timestamp"), "want a time as in 2026-11-24T08:30:00Z, not %q", stamp)
		}
	}
	a.untilPath = requiredReference(o, "TimestampPath")
	if !o.has("Seconds") && !o.has("SecondsPath") && !o.has("Timestamp") && !o.has("TimestampPath") {
		o.p.add(o.at, "one of Seconds, SecondsPath, Timestamp and TimestampPath is required")
	}
	r.n.action = a
}

func (a wait) run(ctx context.Context, v *visit, input any) (any, string, error) {
	d := v.data(input)
	var pause time.Duration
	if a.hasDuration {
		n, _, err := a.seconds.get(d)
		if err != nil {
			return nil, "", err
		}
		pause = time.Duration(math.Round(n)) * time.Second
	} else {
		until := a.until
		if a.untilPath != nil {
			value, err := a.untilPath.Get(d)
			if err != nil {
				return nil, "", badPath(a.untilPath, err)
			}
			stamp, _ := value.(string)
			var ok bool
			if until, ok = timestamp(stamp); !ok {
				return nil, "", runtimeFault("The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: %s == %s", a.untilPath, intrinsic.Text(value))
			}
		}
		pause = time.Until(until)
	}
	if pause > longestWait {
		return nil, "", runtimeFault("Wait state delay is too long.")
	}
	if err := v.branch.exec.run.env.sleep(ctx, max(pause, 0)); err != nil {
		return nil, "", err
	}
	return input, "", nil
}

// timestampForm is the language's profile of RFC 3339, with capital T and Z. Package
// time accepts more.
var timestampForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)

func timestamp(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil && timestampForm.MatchString(s)
}
