package cost

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/plan"
)

// Table writes the estimate as text, the same for the same input.
func Table(in Input) ([]byte, error) {
	if err := in.validate(); err != nil {
		return nil, err
	}
	in.plan = plan.New(in.Graph)
	if len(in.maps()) == 0 {
		in.Basis.Items.Columns = []int{1} // without a map all columns would be equal
	}
	var t table
	for _, n := range in.Basis.Items.Columns {
		t.columns = append(t.columns, Count(in, n))
		t.small = append(t.small, Throttle(in, n, in.Basis.Assumptions.SmallAccount))
	}
	t.text.WriteString(in.Graph.Flow + ": an estimate of what one execution uses and costs\n\n")
	t.head(in)
	t.rows(in.Basis.Prices)
	t.month(in)
	t.throttling(in)
	t.notes(in)
	warn(&t.text, in, t.small)
	return []byte(t.text.String()), nil
}

// validate checks what no other package does.
func (in Input) validate() error {
	if err := in.Graph.Validate(); err != nil {
		return err
	}
	if err := in.Manifest.Match(in.Graph); err != nil {
		return err
	}
	if len(in.Basis.Items.Columns) == 0 {
		return fmt.Errorf("no numbers of items\nhint: give some, as in 1,1000")
	}
	for _, n := range in.Basis.Items.Columns {
		if n < 0 {
			return fmt.Errorf("%d items: want 0 or more", n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Basis.Items.Maps)) {
		if !slices.ContainsFunc(in.maps(), func(m *plan.Map) bool { return m.Name == name }) {
			return fmt.Errorf("items of %q: no map of %s begins with this step", name, in.Graph.Flow)
		}
		if in.Basis.Items.Maps[name] < 0 {
			return fmt.Errorf("%d items of %s: want 0 or more", in.Basis.Items.Maps[name], name)
		}
	}
	return nil
}

// maps returns the flow's maps.
func (in Input) maps() []*plan.Map { return in.planned().Maps }

type table struct {
	text    strings.Builder
	columns []Usage
	small   []Throttled // the same on a small account
}

// width is a column's width: 1,000,000,000,000 and a space.
const width, labelWidth = 18, 40

func (t *table) line(label string, cell func(column int) string) {
	fmt.Fprintf(&t.text, "%-*s", labelWidth, label)
	for i := range t.columns {
		fmt.Fprintf(&t.text, "%*s", width, cell(i))
	}
	t.text.WriteByte('\n')
}

func (t *table) row(label string, format func(float64) string, value func(Usage) float64) {
	t.line(label, func(i int) string { return format(value(t.columns[i])) })
}

func (t *table) head(in Input) {
	if len(t.columns) > 1 || len(in.maps()) > 0 {
		t.line("items of each map", func(i int) string { return number(float64(in.Basis.Items.Columns[i])) })
	}
	for _, name := range slices.Sorted(maps.Keys(in.Basis.Items.Maps)) {
		t.line("  of "+name, func(int) string { return number(float64(in.Basis.Items.Maps[name])) })
	}
	t.text.WriteString(strings.Repeat("-", labelWidth+width*len(t.columns)) + "\n")
}

func (t *table) rows(p Prices) {
	t.row("state transitions", number, func(u Usage) float64 { return u.Transitions })
	t.row("Express workflows", number, func(u Usage) float64 { return u.ExpressRequests })
	t.row("  their GB-seconds", number, func(u Usage) float64 { return u.ExpressGBSeconds })
	t.row("Lambda invocations", number, func(u Usage) float64 { return u.Invocations })
	t.row("  their GB-seconds", number, func(u Usage) float64 { return u.ArmGBSeconds + u.X86GBSeconds })
	t.row("S3 write requests", number, func(u Usage) float64 { return u.Puts })
	t.row("S3 read requests", number, func(u Usage) float64 { return u.Gets })
	t.text.WriteByte('\n')
	t.row("US dollars for Step Functions", dollars, p.stepFunctions)
	t.row("US dollars for Lambda", dollars, p.lambda)
	t.row("US dollars for S3 requests", dollars, p.s3)
	t.row("US dollars for logs", dollars, p.logs)
	t.row("US dollars in total", dollars, p.Total)
	t.text.WriteByte('\n')
	t.row("concurrent Lambdas, at most", number, func(u Usage) float64 { return u.Together })
	t.row("events of the longest history", number, func(u Usage) float64 { return u.History })
}

const million = 1e6

func (p Prices) stepFunctions(u Usage) float64 {
	return (u.Transitions*p.StandardTransitions + u.ExpressRequests*p.ExpressRequests + u.ExpressGBSeconds*p.ExpressGBSeconds) / million
}

func (p Prices) lambda(u Usage) float64 {
	return (u.Invocations*p.LambdaRequests + u.ArmGBSeconds*p.LambdaArmGBSeconds + u.X86GBSeconds*p.LambdaX86GBSeconds) / million
}

func (p Prices) s3(u Usage) float64 { return (u.Puts*p.S3Puts + u.Gets*p.S3Gets) / million }

func (p Prices) logs(u Usage) float64 { return u.LogBytes / 1e9 * p.LogGigabytes / million }

// metricsOfStep is how many metrics a step's log has
// (internal/lambdastep/metrics.go).
const metricsOfStep = 9

// month writes what a stack costs apart from its executions.
func (t *table) month(in Input) {
	p := in.Basis.Prices
	line := func(count int, what string, price float64) {
		fmt.Fprintf(&t.text, "%-*s%*s\n", labelWidth, fmt.Sprintf("%d %s", count, what), width, dollars(float64(count)*price/million))
	}
	var metrics, alarms int
	if in.Metrics {
		metrics = metricsOfStep * len(in.Graph.Steps())
	}
	if in.Manifest.Alarms {
		alarms = 2 // on executions that fail, and on throttling
		if in.Graph.Timeout > 0 {
			alarms++
		}
		if len(in.Manifest.Schedules) > 0 {
			alarms++ // on the dead-letter queue
		}
	}
	if metrics+alarms == 0 {
		return
	}
	t.text.WriteString("\nUS dollars for a stack in each month\n")
	if metrics > 0 {
		line(metrics, "metrics, if all steps run", p.MetricMonths)
	}
	if alarms > 0 {
		line(alarms, "alarms", p.AlarmMonths)
	}
}

// notes says what the numbers are based on.
func (t *table) notes(in Input) {
	a, p, r := in.Basis.Assumptions, in.Basis.Prices, in.Basis.Rates
	fmt.Fprintf(&t.text, `
Prices: %s on %s, first tier, without free tier
(%s).
Assumptions: a step takes %v s per item, an aggregation a second more per %s results; a value has %s bytes;
an Express workflow uses %v MB. Each map writes 2 result objects.
A retry is one more state transition. Not included: other retries, traces, storage, keys, data transfer, cold starts.
`, p.Region, p.Date, strings.TrimSpace(p.Source), a.ItemSeconds, number(r.Reads), number(a.ValueBytes), a.ExpressMemory)
}

// number formats a number with commas, or its magnitude if it has more than 15
// digits, which a float can't represent. Small fractions keep three digits.
func number(v float64) string {
	switch {
	case v >= 1e15:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v == math.Trunc(v):
		return commas(strconv.FormatFloat(v, 'f', 0, 64))
	case v < 100:
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
	return commas(strconv.FormatFloat(v, 'f', 0, 64))
}

// dollars keeps the significant digits of small amounts.
func dollars(v float64) string {
	switch {
	case v >= 1e15:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case v >= 1:
		whole, cents, _ := strings.Cut(strconv.FormatFloat(v, 'f', 2, 64), ".")
		return commas(whole) + "." + cents
	}
	return strconv.FormatFloat(v, 'f', 6, 64)
}

func commas(digits string) string {
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
