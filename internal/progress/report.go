package progress

import (
	"io"
	"sync"
	"time"
)

// Form is how a run is shown.
type Form int

// The forms.
const (
	Auto  Form = iota // a live view on a terminal, else lines
	Lines             // a line for each step
	JSON              // events
	Quiet             // nothing
)

// poll is how often the steps are looked at. Only that costs anything, however
// many items a step has.
const poll = 100 * time.Millisecond

// Config says what is shown and where.
type Config struct {
	Out   io.Writer
	Form  Form
	Flow  string
	Run   string        // the run's id; may be empty
	Steps func() []Step // where the steps stand, in data order

	Prints Prints // nil if nothing is held back
}

// Prints is what steps print, held back for a view that would be spoilt by it.
type Prints interface {
	Take() []byte                   // whole lines, or nothing
	Shown()                         // what was taken is on the screen
	Release(show func(text []byte)) // nothing more is held back, and show gets the rest
}

// view shows a run in one of the forms. Errors of the writer are left alone:
// progress that can't be shown is no reason to stop.
type view interface {
	update(steps []Step, now time.Time)
	call(c Call, now time.Time) // of a call that failed
	end(outcome)
}

// Report shows a run from Start to Stop.
type Report struct {
	config  Config
	begin   time.Time
	stopped sync.Once
	stop    chan struct{}

	mu       sync.Mutex // of what follows, and of the writer
	view     view       // nil for none, and after the end
	failures failures
}

// Start begins to show a run.
func Start(c Config) *Report {
	r := &Report{config: c, begin: time.Now(), stop: make(chan struct{}), failures: failures{}}
	r.view = c.newView(r.begin)
	if _, ok := r.view.(printer); !ok && c.Prints != nil {
		c.Prints.Release(nil)
	}
	if r.view != nil {
		go r.watch()
	}
	return r
}

func (c Config) newView(now time.Time) view {
	switch c.Form {
	case Quiet:
		return nil
	case JSON:
		return newEvents(c.Out, c.Flow, c.Run, c.Steps(), now)
	case Auto:
		if l := newLive(c.Out, c.Flow, now); l != nil {
			return l
		}
	}
	return newLines(c.Out, c.Flow, c.Steps())
}

func (r *Report) watch() {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case now := <-tick.C:
			steps := r.config.Steps()
			r.mu.Lock()
			if r.view != nil {
				taken := r.take()
				r.view.update(steps, now)
				if taken {
					r.config.Prints.Shown()
				}
			}
			r.mu.Unlock()
		}
	}
}

// take hands the view what was printed.
func (r *Report) take() (taken bool) {
	if r.config.Prints == nil {
		return false
	}
	p, ok := r.view.(printer)
	for ok {
		text := r.config.Prints.Take()
		if len(text) == 0 {
			break
		}
		p.print(text)
		taken = true
	}
	return taken
}

// Call tells of a call that has ended. One that returned a result costs
// nothing.
func (r *Report) Call(c Call) {
	if c.Err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.view == nil {
		return
	}
	r.view.call(c, time.Now())
	if !c.Again {
		r.failures.add(c)
	}
}

// printer is a view that has a place for what steps print, and is spoilt by what is
// written beside it.
type printer interface {
	print(text []byte)
}

// Stop ends the view of a run that ended with err, and leaves its table. Only
// the first call counts; calls of a run that goes on all the same don't.
func (r *Report) Stop(err error) {
	r.stopped.Do(func() {
		close(r.stop)
		steps := r.config.Steps()
		r.mu.Lock()
		defer r.mu.Unlock()
		if p, ok := r.view.(printer); ok && r.config.Prints != nil {
			r.config.Prints.Release(p.print)
		}
		if r.view != nil {
			r.view.end(outcome{flow: r.config.Flow, steps: steps, begin: r.begin, now: time.Now(), failures: r.failures, err: err})
			r.view = nil
		}
	})
}
