package localcommand

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/engine"
	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/internal/userpath"
)

// execute runs the flow, or the only call that was asked for.
func (o *options) execute(ctx context.Context, flow chain.Flow) ([]byte, error) {
	if o.only.Step == "" {
		return localrun.Run(ctx, flow, o.Options)
	}
	return localrun.RunOnly(ctx, flow, *o.Store, o.only, func(call, run string, input []byte) {
		o.note(fmt.Sprintf("%s of run %s, input: %s", call, run, engine.Shorten(input)))
	})
}

// keepResults stores the results as the flags say.
func (o *options) keepResults(c command) {
	where := o.store
	if !strings.HasPrefix(where, "s3://") {
		where = userpath.Path(where)
	}
	o.Store = &runs.Config{
		Store: where, Bucket: c.program.Bucket, Fingerprints: c.program.Fingerprints.Of,
		Run: o.run, Resume: o.resume, From: o.from, Now: c.now(),
	}
	o.Opened = func(run *runs.Run) {
		o.id.Store(&run.Record.Run)
		for _, note := range run.Notes {
			o.note(note)
		}
	}
}

// note tells the user something. A failure to show it doesn't stop the run.
func (o *options) note(text string) {
	if o.notes != nil {
		fmt.Fprintln(o.notes, text)
	}
}

// hints returns what to do after an error of the run: the commands that run the
// failed call alone and that resume the run. There are none without a stored run.
func (o *options) hints(err error, call string) (hints []string) {
	id := o.id.Load()
	if id == nil {
		return nil
	}
	again := fmt.Sprintf("%s --store %s --resume %s", call, userpath.Quote(o.store), userpath.Quote(*id))
	var failed *engine.StepError
	if errors.As(err, &failed) {
		one := again + " --only " + failed.Step
		for i, index := range failed.Index {
			one += [...]string{" --at ", "/"}[min(i, 1)] + fmt.Sprint(index)
		}
		hints = append(hints, "run only this call: "+one)
	}
	return append(hints, "resume the run: "+again)
}
