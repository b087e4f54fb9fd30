package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/internal/fingerprint"
	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/internal/store"
)

// keeping says where a run stores its values, and which run it is. Nil stores
// nothing.
type keeping struct {
	store  string // as the user wrote it
	folder string // the path, if the store is a directory
	run    string // id of a new run
	resume string // id of the run to resume
	from   string // step to start with
	only   string // the only step to run
	at     string // its index path
	index  []int  // at, parsed

	program Program
	notes   io.Writer // nil for none
	now     func() time.Time

	id atomic.Pointer[string] // of the run, once there is one
}

// kept is a run that stores its values: the executor's keeper.
type kept struct {
	*runs.Run
	place *runs.Location
}

func (k kept) find(ctx context.Context, c call) ([][]byte, error) {
	return k.Find(ctx, c.node, c.path, c.items, c.split)
}

func (k kept) keep(ctx context.Context, c call, values [][]byte) error {
	return k.Keep(ctx, c.node, c.path, c.split, values)
}

// open starts a run, or resumes one.
func (k *keeping) open(ctx context.Context, flow chain.Flow, input json.RawMessage) (kept, error) {
	place, err := k.place()
	if err != nil {
		return kept{}, err
	}
	run, err := runs.Open(ctx, place, k.config(flow, input))
	if err != nil {
		return kept{}, errors.Join(misuse(err), place.Close())
	}
	k.id.Store(&run.Record.Run)
	if k.resume == "" {
		k.note("run " + run.Record.Run)
	}
	for _, note := range run.Notes {
		k.note(note)
	}
	return kept{run, place}, nil
}

// name returns the run's id, once it has one.
func (k *keeping) name() string {
	if k == nil || k.id.Load() == nil {
		return ""
	}
	return *k.id.Load()
}

func (k *keeping) place() (*runs.Location, error) {
	where := k.store
	if k.folder != "" {
		where = k.folder
	}
	place, err := runs.OpenLocation(where, k.program.Bucket, k.resume == "")
	return place, misuse(err)
}

func (k *keeping) config(flow chain.Flow, input json.RawMessage) runs.Config {
	return runs.Config{
		Graph:        flow.Graph,
		Fingerprints: fingerprint.Steps(k.program.Fingerprints).Of,
		Merge:        func(input json.RawMessage) ([]byte, error) { return argument(flow, input) },
		Input:        input,
		Run:          k.run,
		Resume:       k.resume,
		From:         k.from,
		Now:          k.now(),
	}
}

// note tells the user something. A failure to show it doesn't stop the run.
func (k *keeping) note(text string) {
	if k.notes != nil {
		fmt.Fprintln(k.notes, text)
	}
}

// misuse turns a usage error of package runs into one of the command line.
func misuse(err error) error {
	var wrong runs.UsageError
	if errors.As(err, &wrong) {
		return inputError{err}
	}
	return err
}

// callOnly runs one call of a step with its stored input. It stores nothing.
func (k *keeping) callOnly(ctx context.Context, flow chain.Flow) (result []byte, err error) {
	place, err := k.place()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	run, err := runs.OpenReadOnly(ctx, place, k.config(flow, nil))
	if err != nil {
		return nil, misuse(err)
	}
	node, input, err := run.Input(ctx, k.only, k.index)
	if err != nil {
		return nil, misuse(err)
	}
	n := flow.Graph.Nodes[node]
	k.note(fmt.Sprintf("%s%s of run %s, input: %s", n.Name, indexPath(k.index), run.Record.Run, shorten(input)))
	if result, err = flow.Nodes[node].Call(ctx, input); err != nil {
		err = &StepError{Step: n.Name, Function: n.Function, Position: n.Position, Index: k.index, Input: input, Err: err}
	}
	return result, err
}

// Program describes the program around a flow: what not every user of this package
// links, or knows.
type Program struct {
	// Bucket opens the store in an S3 bucket; nil if the program can't.
	Bucket func(name string) (store.Store, error)

	// Fingerprints identify the version of each step's code, by its function. For
	// a step without one, it is that of the whole program.
	Fingerprints map[string]string

	// Call is how the user calls the program, as in "bazel run //flows:birds_local --".
	// It defaults to the program's name.
	Call string

	// Timeout limits the duration of a run; 0 is no limit.
	Timeout time.Duration
}
