package ship

import (
	"fmt"
	"sync"
	"time"
)

// live keeps a terminal's last line up to date, below the lines that are said
// meanwhile. Elsewhere there are only those.
type live struct {
	c    *Command
	text func() string
	mu   sync.Mutex // of the terminal
	done chan struct{}
	wait sync.WaitGroup
}

// clear goes to the start of a terminal's line and empties it.
const clear = "\r\x1b[K"

func (c *Command) startLive(text func() string) *live {
	l := &live{c: c, text: text, done: make(chan struct{})}
	if c.Terminal {
		l.wait.Go(l.run)
	}
	return l
}

func (l *live) run() {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-l.done:
			fmt.Fprint(l.c.Stderr, clear)
			return
		case <-tick.C:
			l.mu.Lock()
			fmt.Fprint(l.c.Stderr, clear+l.text())
			l.mu.Unlock()
		}
	}
}

// say writes a line above the last one.
func (l *live) say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.c.Terminal {
		fmt.Fprint(l.c.Stderr, clear)
	}
	l.c.say(format, args...)
}

// stop removes the last line.
func (l *live) stop() {
	close(l.done)
	l.wait.Wait()
}
