package cost

import (
	"container/heap"
	"math/rand/v2"

	"github.com/lokki-build/lokki/internal/graph"
)

// crowd is the calls of one step that need more Lambdas than there are: calls in
// total, up to width at once, each for a time in milliseconds. A call that finds no
// Lambda tries again by a rule. Calls that come late try most often, so no formula
// gives the number of retries; it is simulated instead, always with the same random
// numbers.
type crowd struct {
	calls                      float64
	width, lambdas, takes, gap int // gap is the time between two starts
}

// outcome is in seconds.
type outcome struct {
	took, retries, waited, longest float64
	gaveUp                         bool // calls have used up their retries
}

// sample is how many calls are simulated at least; the others are extrapolated
// from its second half.
const sample = 4000

func (c crowd) run(rule graph.Retry) outcome {
	if c.calls == 0 {
		return outcome{}
	}
	if c.width <= c.lambdas || c.takes == 0 {
		// No call waits; the total is limited by the width or by the starts.
		return outcome{took: max(c.calls/float64(max(c.width, 1))*float64(c.takes), (c.calls-1)*float64(c.gap)+float64(c.takes)) / 1000}
	}
	played := int(min(c.calls, float64(max(sample, 4*c.width))))
	p := play{crowd: c, rule: rule, random: rand.New(rand.NewPCG(1, 1))}
	all := p.until(played, c.calls > float64(played))
	if left := c.calls - float64(played); left > 0 {
		half := p.half
		share := left / float64(played-played/2)
		all.took += (all.took - half.took) * share
		all.retries += (all.retries - half.retries) * share
		all.waited += (all.waited - half.waited) * share
	}
	return all
}

// play is the simulation of a crowd.
type play struct {
	crowd
	rule                   graph.Retry
	random                 *rand.Rand
	events                 events
	started, running, done int
	all, half              outcome
}

// event is an attempt of a call, or its end.
type event struct {
	at, since int // now, and when the call was first tried
	tries     int // that were throttled
	end       bool
}

// until runs until a number of calls have ended. If more, others follow them.
func (p *play) until(calls int, more bool) outcome {
	for range min(p.width, calls) {
		p.start(p.started * p.gap)
	}
	for p.done < calls && len(p.events) > 0 {
		e := heap.Pop(&p.events).(event)
		switch {
		case e.end:
			p.running--
			p.next(e, calls, more)
		case p.running < p.lambdas:
			p.running++
			wait := float64(e.at-e.since) / 1000
			p.all.waited += wait
			p.all.longest = max(p.all.longest, wait)
			p.push(event{at: e.at + p.takes, end: true})
		case e.tries == p.rule.Attempts:
			p.all.gaveUp = true
			p.next(e, calls, more)
		default:
			e.tries++
			p.all.retries++
			pause := p.rule.Pause(e.tries)
			if p.rule.Jitter {
				pause *= p.random.Float64()
			}
			e.at += millis(pause)
			p.push(e)
		}
	}
	return p.all
}

// next counts a call that has ended, and starts another.
func (p *play) next(e event, calls int, more bool) {
	p.done++
	p.all.took = float64(e.at) / 1000
	if p.done == calls/2 {
		p.half = p.all
	}
	if p.started < calls || more {
		p.start(max(e.at, p.started*p.gap))
	}
}

func (p *play) start(at int) {
	p.started++
	p.push(event{at: at, since: at})
}

func (p *play) push(e event) { heap.Push(&p.events, e) }

// events are a heap by time.
type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
