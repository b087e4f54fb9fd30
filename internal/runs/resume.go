package runs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/packed"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/suggest"
)

// resume continues the same run if all its values are still valid, and
// otherwise starts a new one that reuses those that are. Nothing is deleted or
// replaced, so a kill can't leave old values that pass for new ones.
func (c Config) resume(ctx context.Context, p *storage, now Record) (*Run, error) {
	was, adopted, err := c.find(ctx, p, now)
	if err != nil {
		return nil, err
	}
	now.Input = was.Input
	if now.Argument, err = c.argument(was); err != nil {
		return nil, err
	}
	changed, why := was.changed(now)
	first := changed
	if c.From != "" {
		if first, err = c.from(was, now, changed); err != nil {
			return nil, err
		}
		why = "as asked"
	}
	if err := p.lockAll(was, first); err != nil {
		return nil, err
	}
	var run *Run
	if first == len(now.Steps) {
		run, err = c.goOn(ctx, p, was, adopted)
	} else {
		run, err = p.derive(ctx, was, now, first, changed, why)
	}
	if err == nil && adopted {
		run.Notes = append([]string{fmt.Sprintf("run %s was not started here: its stored values are used as they are", was.Run)}, run.Notes...)
	}
	return run, err
}

// find returns the record of the run to resume. A run that the state machine
// started has none, and gets one.
func (c Config) find(ctx context.Context, p *storage, now Record) (r Record, adopted bool, err error) {
	id := c.Resume
	if id == Last {
		if id, err = p.last(c.Plan.Graph.Flow); err != nil {
			return Record{}, false, err
		}
	} else if err := checkID(id); err != nil {
		return Record{}, false, err
	}
	k := p.keys(c.Plan.Graph.Flow, id)
	r, err = p.record(ctx, k)
	if !errors.Is(err, store.ErrNotFound) {
		return r, false, err
	}
	begun, err := c.begun(ctx, p, k)
	if err != nil {
		return Record{}, false, err
	}
	if !begun {
		run, err := c.execution(ctx, p, id)
		if err != nil {
			return Record{}, false, err
		}
		if run != "" {
			c.Resume = run
			return c.find(ctx, p, now)
		}
		hint := ""
		if last, err := p.last(c.Plan.Graph.Flow); err == nil {
			hint = "\nhint: the last one is " + last
		}
		return Record{}, false, UsageError{fmt.Errorf("%s has no run %s of %s%s", p.spec, id, c.Plan.Graph.Flow, hint)}
	}
	now.Run, now.Adopted, now.Input = id, true, c.Input
	for i := range now.Steps {
		now.Steps[i].Run = id
	}
	now.Argument, err = c.Merge(c.Input)
	return now, true, err
}

// argument returns the first step's argument. If the input is given again it
// must be the same.
func (c Config) argument(was Record) ([]byte, error) {
	if c.Input == nil {
		return c.Merge(was.Input)
	}
	argument, err := c.Merge(c.Input)
	if err == nil && !bytes.Equal(argument, was.Argument) {
		err = UsageError{fmt.Errorf("run %s was started with another input\nhint: leave out the input to continue with that one, or start a new run", was.Run)}
	}
	return argument, err
}

// from returns the index of the step to start with. The values before it are
// used as they are, even if their steps' code has changed.
func (c Config) from(was, now Record, changed int) (int, error) {
	from, err := stepNamed(c.Plan, c.From)
	if err != nil {
		return 0, err
	}
	for i := changed; i < from; i++ {
		if why, readable := was.difference(now, i); !readable {
			return 0, UsageError{fmt.Errorf("run %s has no input for %s: of %s, %s\nhint: leave --from out", was.Run, c.From, now.Steps[i].Name, why)}
		}
	}
	return from, nil
}

// stepNamed returns the index of a step.
func stepNamed(p *plan.Plan, name string) (int, error) {
	if s := p.Step(name); s != nil {
		return s.Index, nil
	}
	var names []string
	for _, s := range p.Steps {
		names = append(names, s.Name)
	}
	hint := "the steps are " + strings.Join(names, ", ")
	if near := suggest.Name(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return 0, UsageError{fmt.Errorf("%s has no step %q\nhint: %s", p.Graph.Flow, name, hint)}
}

// lockAll locks the run and all runs whose values it reuses: missing values are
// added to those runs.
func (p *storage) lockAll(was Record, first int) error {
	locked := map[string]bool{}
	for _, s := range append([]Step{{Run: was.Run}}, was.Steps[:min(first, len(was.Steps))]...) {
		if locked[s.Run] {
			continue
		}
		locked[s.Run] = true
		if err := p.lock(p.keys(was.Flow, s.Run)); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) goOn(ctx context.Context, p *storage, was Record, adopted bool) (*Run, error) {
	if adopted {
		// Another process may have stored the same record first.
		if err := p.putRecord(ctx, p.keys(was.Flow, was.Run), was); err != nil && !errors.Is(err, store.ErrExists) {
			return nil, err
		}
	}
	if err := p.setLast(was.Flow, was.Run); err != nil {
		return nil, err
	}
	run := newRun(p, was, len(was.Steps), len(was.Steps))
	run.Notes = []string{"resuming run " + was.Run}
	return run, nil
}

// derive starts a run that reuses the values of was before node first. From
// node changed on the code differs: those values can be read, but none can be
// added.
func (p *storage) derive(ctx context.Context, was, now Record, first, changed int, why string) (*Run, error) {
	notes := []string{fmt.Sprintf("%s and all later steps run again: %s", now.Steps[first].Name, why)}
	if changed < first {
		since, _ := was.difference(now, changed)
		notes = append(notes, fmt.Sprintf("of %s, %s: its stored values are used anyway", now.Steps[changed].Name, since))
	}
	now.Base = was.Run
	copy(now.Steps, was.Steps[:first])
	root := was.Run
	if at := strings.LastIndexByte(root, '.'); at > 0 && strings.Trim(root[at+1:], "0123456789") == "" {
		root = root[:at]
	}
	for n := 2; ; n++ {
		id := numbered(root, ".", n)
		if err := checkID(id); err != nil {
			return nil, err
		}
		run, err := p.create(ctx, now, id, first)
		if errors.Is(err, store.ErrExists) || errors.Is(err, packed.ErrLocked) {
			continue
		}
		if err != nil {
			return nil, err
		}
		run.frozen = changed
		notes[0] = fmt.Sprintf("resuming run %s as %s: %s", was.Run, id, notes[0])
		run.Notes = notes
		return run, nil
	}
}
