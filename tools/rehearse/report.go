package rehearse

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/tools/internal/cost"
	"github.com/lokki-build/lokki/tools/rehearse/bucket"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

// Report is how a rehearsal went.
type Report struct {
	Flow, Execution string
	Result          []byte // JSON on one line, unless Failed
	Output          []byte // the execution's output, as Step Functions returns it
	Failed          error
	Took            time.Duration
	Notes           []string // what was not checked
	Unmet           []string // faults that were asked for but never occurred

	Steps     []progress.Step
	MapRuns   []MapRuns
	Functions []lambda.Stats

	StepRequests                 map[string]bucket.Requests // by function name
	MachineRequests              bucket.Requests
	Transitions, ExpressRequests int
	Denied                       error // the first S3 requests that a role doesn't allow

	Usage cost.Usage // what AWS would charge for
}

// Write writes what the rehearsal used, and what AWS would charge for it at the
// prices of tools/internal/cost. On a terminal its tables fit the width.
func (r Report) Write(w io.Writer) error {
	_, err := io.WriteString(w, r.text(progress.Width(w)))
	return err
}

// text is the report with tables that fit a width; 0 is no limit.
func (r Report) text(width int) string {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintln(&b, "note: "+note)
	}
	fmt.Fprintln(&b)
	functions := [][]string{strings.Split("function,invocations,failed,cut off,cold,init,duration,memory,reads,read,writes,written", ",")}
	for _, f := range r.Functions {
		s3 := r.StepRequests[f.Function]
		functions = append(functions, []string{f.Function, strconv.Itoa(f.Invocations), strconv.Itoa(f.Failures), some(f.Cut), strconv.Itoa(f.Cold),
			average(f.Init, f.Cold), average(f.Duration, f.Invocations), fmt.Sprintf("%d of %d MB", (f.Memory+1<<20-1)>>20, f.Size),
			strconv.Itoa(s3.Get), progress.Size(s3.Read), strconv.Itoa(s3.Put), progress.Size(s3.Written)})
	}
	maps := [][]string{strings.Split("map,runs,children,succeeded,failed,other", ",")}
	for _, m := range r.MapRuns {
		maps = append(maps, []string{m.State, strconv.Itoa(m.Runs), strconv.Itoa(m.Children), strconv.Itoa(m.Succeeded), strconv.Itoa(m.Failed), strconv.Itoa(m.Other)})
	}
	for _, table := range []struct {
		rows   [][]string
		giving string // the columns to drop, first ones first
	}{{functions, "read,written,init,writes,reads,cold,memory,duration,cut off,failed"}, {maps, "other,runs,succeeded,failed"}} {
		if len(table.rows) > 1 {
			lines := progress.Table(table.rows, width, strings.Split(table.giving, ",")...)
			fmt.Fprintln(&b, strings.Join(lines, "\n")+"\n")
		}
	}
	prices := cost.DefaultBasis().Prices
	s3 := r.requests()
	fmt.Fprintf(&b, "%s, %s, %s, S3: %s and %s\n", progress.Plural(int64(r.Transitions), "state transition"), progress.Plural(int64(r.ExpressRequests), "Express request"),
		progress.Plural(int64(r.Usage.Invocations), "invocation"), progress.Plural(int64(s3.Put), "write"), progress.Plural(int64(s3.Get), "read"))
	fmt.Fprintf(&b, "on AWS: about $%.6f (list prices of %s in %s; functions by the time they took here)\n", prices.Total(r.Usage), prices.Date, prices.Region)
	return b.String()
}

// some is empty for 0.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// requests returns those of the functions and of the state machine.
func (r Report) requests() bucket.Requests {
	sum := r.MachineRequests
	for _, s := range r.StepRequests {
		sum = sum.Add(s)
	}
	return sum
}

func average(d time.Duration, n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1e3/float64(n))
}

// usage is what AWS charges for.
func (r Report) usage(architectures map[string]string) cost.Usage {
	s3 := r.requests()
	u := cost.Usage{
		Transitions:     float64(r.Transitions),
		ExpressRequests: float64(r.ExpressRequests),
		Puts:            float64(s3.Put),
		Gets:            float64(s3.Get),
	}
	for _, f := range r.Functions {
		u.Invocations += float64(f.Invocations)
		if architectures[f.Function] == "arm64" {
			u.ArmGBSeconds += f.GBSeconds()
		} else {
			u.X86GBSeconds += f.GBSeconds()
		}
	}
	return u
}
