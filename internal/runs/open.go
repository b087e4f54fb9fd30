package runs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/packed"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/store"
)

// UsageError is a mistake in how a run was asked for, not a failure of the run.
type UsageError struct{ Err error }

func (m UsageError) Error() string { return m.Err.Error() }

// Unwrap returns the error itself.
func (m UsageError) Unwrap() error { return m.Err }

// Last, as the run to resume, is the one that was started or resumed last.
const Last = "last"

// Config selects the run of a flow to start or resume.
type Config struct {
	Store  string                                 // a directory, or s3://BUCKET/PREFIX
	Bucket func(name string) (store.Store, error) // opens a bucket; nil if the program can't

	Plan         *plan.Plan
	Fingerprints func(function string) (string, error)                    // of each step's code
	Merge        func(input json.RawMessage) (argument []byte, err error) // merges the input into the defaults

	Input  json.RawMessage // nil if none was given
	Run    string          // id of a new run; "" derives one from the time
	Resume string          // id of the run to resume, or Last; "" for a new run
	From   string          // name of the step to start with; "" to run only what is missing
	Now    time.Time
}

// Open starts a new run, or resumes one.
func Open(ctx context.Context, c Config) (*Run, error) {
	if c.Resume == "" {
		return c.open(ctx, c.begin)
	}
	return c.open(ctx, c.resume)
}

// open opens the storage, and a run in it.
func (c Config) open(ctx context.Context, open func(context.Context, *storage, Record) (*Run, error)) (*Run, error) {
	p, err := c.openStorage()
	if err != nil {
		return nil, err
	}
	now, err := c.record()
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	run, err := open(ctx, p, now)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return run, nil
}

// record returns the record of the flow as it is now, without the run and its
// input.
func (c Config) record() (Record, error) {
	r := Record{Version: recordVersion, Flow: c.Plan.Graph.Flow, Graph: c.Plan.Graph, plan: c.Plan}
	for _, n := range c.Plan.Steps {
		f, err := c.Fingerprints(n.Function)
		if err != nil {
			return Record{}, err
		}
		r.Steps = append(r.Steps, Step{Name: n.Name, Fingerprint: f})
	}
	return r, nil
}

// begin starts a new run.
func (c Config) begin(ctx context.Context, p *storage, now Record) (*Run, error) {
	var err error
	now.Input = c.Input
	if now.Argument, err = c.Merge(c.Input); err != nil {
		return nil, err
	}
	if c.Run != "" {
		if err := checkNewID(c.Run); err != nil {
			return nil, err
		}
		if err := c.unused(ctx, p, c.Run); err != nil {
			return nil, err
		}
		run, err := p.create(ctx, now, c.Run, 0)
		if errors.Is(err, store.ErrExists) { // another process was faster
			err = c.taken(p, c.Run)
		}
		return run, err
	}
	id := c.Now.Format("20060102-150405")
	for n := 1; ; n++ {
		run, err := p.create(ctx, now, numbered(id, "-", n), 0)
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, packed.ErrLocked) {
			return run, err
		}
	}
}

// numbered is id itself for the first, then id with a number.
func numbered(id, sign string, n int) string {
	if n == 1 {
		return id
	}
	return id + sign + strconv.Itoa(n)
}

func checkID(id string) error {
	switch {
	case id == Last:
		return UsageError{fmt.Errorf("run %q: this name means the run that was started or resumed last", id)}
	case !envelope.IsRun(id):
		return notAnID(id)
	}
	return nil
}

func notAnID(id string) error {
	return UsageError{fmt.Errorf("run %q: want 1 to 80 %s", id, envelope.RunCharacters)}
}

// checkNewID also rejects what could be the id of an execution on AWS, which is longer.
func checkNewID(id string) error {
	if id != Last && !envelope.IsLocalRun(id) {
		return notAnID(id)
	}
	return checkID(id)
}

// taken is the error for an id that a run already has.
func (c Config) taken(p *storage, id string) error {
	return UsageError{fmt.Errorf("%s has a run %s of %s already\nhint: continue it with --resume %[2]s, or choose another name with --run", p.spec, id, c.Plan.Graph.Flow)}
}

// unused reports an error if a run with this id has values already.
func (c Config) unused(ctx context.Context, p *storage, id string) error {
	exists := c.taken(p, id)
	k := p.keys(c.Plan.Graph.Flow, id)
	_, err := p.record(ctx, k)
	if err == nil {
		return exists
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	begun, err := c.begun(ctx, p, k)
	if err == nil && begun {
		return exists
	}
	return err
}

// begun reports whether a run has an output of the first step.
func (c Config) begun(ctx context.Context, p *storage, k envelope.Keys) (bool, error) {
	first := c.Plan.First().Name
	for _, key := range []string{k.Output(first, ""), k.Items(first, "")} {
		_, err := p.store.Size(ctx, key)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
	}
	return false, nil
}

// create stores the record of a new run. Nodes from fresh on have no values
// yet.
func (p *storage) create(ctx context.Context, r Record, id string, fresh int) (*Run, error) {
	r.Run = id
	r.Steps = slices.Clone(r.Steps)
	for i := fresh; i < len(r.Steps); i++ {
		r.Steps[i].Run = id
	}
	k := p.keys(r.Flow, id)
	if err := p.lock(k); err != nil {
		return nil, err
	}
	if err := p.putRecord(ctx, k, r); err != nil {
		return nil, err
	}
	if err := p.setLast(r.Flow, id); err != nil {
		return nil, err
	}
	run := newRun(p, r, fresh, fresh)
	run.Notes = []string{"run " + id}
	return run, nil
}
