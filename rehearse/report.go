package rehearse

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/lokki-build/lokki/internal/progress"
	"github.com/lokki-build/lokki/rehearse/bucket"
	"github.com/lokki-build/lokki/rehearse/lambda"
	"github.com/lokki-build/lokki/tools/cost"
)

// Report is how a rehearsal went.
type Report struct {
	Flow, Execution string
	Result          []byte // JSON on one line, unless Failed
	Failed          error
	Took            time.Duration
	Notes           []string // what of AWS was not checked

	Steps     []progress.Step
	MapRuns   []MapRuns
	Functions []lambda.Stats

	StepRequests, MachineRequests bucket.Requests
	Transitions, ExpressRequests  int
	Denied                        error // the first request to S3 that a role does not allow, of each role

	Usage cost.Usage // what AWS would charge for
}

// Write writes what the rehearsal used, and what AWS would charge for it by the
// prices of tools/cost.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	for _, note := range r.Notes {
		fmt.Fprintln(&b, "note: "+note)
	}
	fmt.Fprintln(&b)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "function\tinvocations\tfailed\tcold\tinit\tduration\tmemory\t")
	for _, f := range r.Functions {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\t%s\t%d of %d MB\t\n", f.Function, f.Invocations, f.Failures, f.Cold,
			average(f.Init, f.Cold), average(f.Duration, f.Invocations), (f.Memory+1<<20-1)>>20, f.Size)
	}
	if len(r.MapRuns) > 0 {
		fmt.Fprintln(t, "\t\t\t\t\t\t\t")
		fmt.Fprintln(t, "map\truns\tchildren\tsucceeded\tfailed\tother\t\t")
		for _, m := range r.MapRuns {
			fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t\t\n", m.State, m.Runs, m.Children, m.Succeeded, m.Failed, m.Other)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	prices := cost.DefaultBasis().Prices
	fmt.Fprintf(&b, "\n%d state transitions, %d Express requests, %d invocations, S3: %d writes and %d reads\n",
		r.Transitions, r.ExpressRequests, int(r.Usage.Invocations), r.StepRequests.Put+r.MachineRequests.Put, r.StepRequests.Get+r.MachineRequests.Get)
	fmt.Fprintf(&b, "on AWS: about $%.6f (list prices of %s in %s; functions by the time they took here)\n", prices.Total(r.Usage), prices.Date, prices.Region)
	_, err := io.WriteString(w, b.String())
	return err
}

func average(d time.Duration, n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f ms", d.Seconds()*1e3/float64(n))
}

// usage is what AWS charges for.
func (r Report) usage(architectures map[string]string) cost.Usage {
	u := cost.Usage{
		Transitions:     float64(r.Transitions),
		ExpressRequests: float64(r.ExpressRequests),
		Puts:            float64(r.StepRequests.Put + r.MachineRequests.Put),
		Gets:            float64(r.StepRequests.Get + r.MachineRequests.Get),
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
