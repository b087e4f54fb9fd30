package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pool hands out the slots of a run: a worker with a slot may run steps. The worker
// that reaches a map starts on the children itself, so no worker waits for a slot
// to continue. Free slots help where children are left, in the innermost map first,
// since work started there is closest to its end.
type pool struct {
	help func(*mapRun) // starts a worker with a slot

	mu      sync.Mutex
	free    int
	waiting []chan struct{} // workers that released their slot temporarily
	queue   atomic.Int64    // length of waiting
	open    []*mapRun       // maps that may have children left for others, the last opened last
}

// offer lets other workers help with a map whose opener has a slot itself.
func (p *pool) offer(m *mapRun) {
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

// pick finds a map for a helper, and counts the helper; nil if no map needs one.
func (p *pool) pick() *mapRun {
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

// next is for a helper whose map is finished: it gets another map, or releases its
// slot.
func (p *pool) next() *mapRun {
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

// release releases a slot.
func (p *pool) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pass()
}

// pass passes on the caller's slot.
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

// resume passes the caller's slot to the worker that has waited longest.
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

// wait queues for a slot, under the lock.
func (p *pool) wait(turn chan struct{}) {
	p.waiting = append(p.waiting, turn)
	p.queue.Add(1)
}

// yield lets waiting workers use the slot before the caller continues.
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

// pause lets another worker use the slot for some time, or until ctx ends.
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
// the helpers, and lets another worker use the slot meanwhile.
func (p *pool) settle(m *mapRun) {
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

// leave is for a helper that has finished with a map. If the opener waits, it gets
// the last helper's slot, or the next that is released.
func (p *pool) leave(m *mapRun) {
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

// beside calls work, and in parallel once more for each free slot, up to n, and
// returns when all calls have.
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
