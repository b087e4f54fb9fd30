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

// poll is how often the steps are read. Only that costs time, however many
// items a step has.
const poll = 100 * time.Millisecond

// Config says what to show, and where.
type Config struct {
	Out   io.Writer
	Form  Form
	Flow  string
	Run   string        // the run's id; may be empty
	Steps func() []Step // the steps' state, in data order

	Prints Prints // nil if nothing is held back
}

// Prints is what steps print, held back because it would garble a live view.
type Prints interface {
	Take() []byte                   // what was taken is on the screen
	Shown()                         // stops holding back; show gets the rest
	Release(show func(text []byte)) // nothing more is held back, and show gets the rest
}

// view shows a run in one of the forms. Write errors are ignored: progress that
// can't be shown is no reason to stop a run.
type view interface {
	update(steps []Step, now time.Time)
	call(c Call, now time.Time) // only for calls that failed
	end(outcome)
}

// Report shows a run from Start to Stop.
type Report struct {
	config  Config
	begin   time.Time
	stopped sync.Once
	stop    chan struct{}

	mu       sync.Mutex // guards what follows, and the writer
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

// take passes what was printed to the view.
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

// Call reports a call that has ended. For a call that returned a result it does
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

// printer is a view that shows what steps print, and is garbled by anything written
// around it.
type printer interface {
	print(text []byte)
}

// Stop ends the view of a run that ended with err, and leaves its table. Only
// the first Stop counts, and calls that end later are ignored.
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
