package runner

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pool hands out the slots of a run: who has one may run steps. The worker that
// comes to a map begins with the children itself, so no worker waits for a slot
// to go on. Slots that are free help where children are left, in the innermost
// map first, as what is begun there is closest to an end.
type pool struct {
	help func(*mapping) // starts a worker that has a slot

	mu      sync.Mutex
	free    int
	waiting []chan struct{} // for those who gave up their slot for a while
	queue   atomic.Int64    // its length
	open    []*mapping      // that may have children left for others, the last opened last
}

// offer lets others help with a map whose opener has a slot itself.
func (p *pool) offer(m *mapping) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, m)
	for p.free > 0 {
		helped := p.pick()
		if helped == nil {
			return
		}
		p.free--
		p.help(helped)
	}
}

// pick finds a map for a helper, and counts the helper; nil if no map wants one.
func (p *pool) pick() *mapping {
	for i := len(p.open) - 1; i >= 0; i-- {
		switch m := p.open[i]; {
		case m.exhausted():
			p.open = slices.Delete(p.open, i, i+1)
		case m.helpers+1 < m.limit:
			m.helpers++
			return m
		}
	}
	return nil
}

// next is for a helper that is through with its map: it gets another one, or
// gives up its slot.
func (p *pool) next() *mapping {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resume() {
		return nil
	}
	m := p.pick()
	if m == nil {
		p.free++
	}
	return m
}

// release gives up a slot.
func (p *pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pass()
}

// pass hands on the slot of the caller.
func (p *pool) pass() {
	if p.resume() {
		return
	}
	if m := p.pick(); m != nil {
		p.help(m)
		return
	}
	p.free++
}

// resume hands the slot of the caller to the one who waits longest.
func (p *pool) resume() bool {
	if len(p.waiting) == 0 {
		return false
	}
	close(p.waiting[0])
	p.waiting = p.waiting[1:]
	p.queue.Add(-1)
	return true
}

// acquire waits for a slot.
func (p *pool) acquire() {
	p.mu.Lock()
	if p.free > 0 {
		p.free--
		p.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	p.wait(turn)
	p.mu.Unlock()
	<-turn
}

// wait queues for a slot, by the lock.
func (p *pool) wait(turn chan struct{}) {
	p.waiting = append(p.waiting, turn)
	p.queue.Add(1)
}

// yield lets those who wait have the slot before the caller goes on.
func (p *pool) yield() {
	if p.queue.Load() == 0 {
		return
	}
	p.mu.Lock()
	turn := make(chan struct{})
	p.wait(turn)
	p.resume()
	p.mu.Unlock()
	<-turn
}

// pause lets another have the slot for some time; it is cut short when ctx ends.
func (p *pool) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	p.release()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	p.acquire()
}

// settle is for the opener of a map when no child is left to take: it waits for
// the helpers, and lets another have the slot meanwhile.
func (p *pool) settle(m *mapping) {
	p.mu.Lock()
	if i := slices.Index(p.open, m); i >= 0 {
		p.open = slices.Delete(p.open, i, i+1)
	}
	if m.helpers == 0 {
		p.mu.Unlock()
		return
	}
	m.opener = make(chan struct{})
	p.pass()
	p.mu.Unlock()
	<-m.opener
}

// leave is for a helper that is through with a map. The last one's slot, or
// the next that is given up, goes to the opener if it waits.
func (p *pool) leave(m *mapping) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.helpers--
	if m.helpers > 0 || m.opener == nil {
		return
	}
	if p.free > 0 {
		p.free--
		close(m.opener)
		return
	}
	p.wait(m.opener)
}

// beside calls work, and at the same time for each slot that is free, up to n,
// and returns when all have.
func (p *pool) beside(n int, work func()) {
	p.mu.Lock()
	helpers := min(n, p.free)
	p.free -= max(0, helpers)
	p.mu.Unlock()
	var all sync.WaitGroup
	for range helpers {
		all.Go(func() {
			defer p.release()
			work()
		})
	}
	work()
	all.Wait()
}
