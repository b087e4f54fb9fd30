package launch

import (
	"bytes"
	"io"
	"os"
	"sync"
)

// Prints is what the user's code prints: on os.Stdout and os.Stderr, with package
// log, and in programs that it starts. It is held back until it is taken or released.
// The methods of nil do nothing.
type Prints struct {
	file   *os.File // shares its offset with the first process
	stderr *os.File

	mu       sync.Mutex
	released bool
	taken    int64 // bytes since the last Shown
}

// mostTaken limits what is taken at a time, in bytes. A longer line is broken.
const mostTaken = 64 << 10

// Take returns complete lines, or nothing.
func (p *Prints) Take() []byte {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released {
		return nil
	}
	return p.take(false)
}

func (p *Prints) take(rest bool) []byte {
	at, err := p.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil
	}
	text := make([]byte, mostTaken)
	n, _ := p.file.ReadAt(text, at+p.taken)
	text = text[:n]
	if whole := bytes.LastIndexByte(text, '\n') + 1; whole > 0 || !rest && n < mostTaken {
		text = text[:whole]
	}
	p.taken += int64(len(text))
	return text
}

// Shown says that everything taken was shown. The rest is shown by the first process
// when this one has ended.
func (p *Prints) Shown() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown()
}

func (p *Prints) shown() {
	if p.taken > 0 {
		_, _ = p.file.Seek(p.taken, io.SeekCurrent)
		p.taken = 0
	}
}

// Release sends what is printed from now on to standard error. What was printed
// before is shown, or written there too.
func (p *Prints) Release(show func(text []byte)) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.released {
		return
	}
	p.released = true
	for _, fd := range []int{1, 2} {
		if redirect(p.stderr, fd) != nil {
			return // the first process shows it
		}
	}
	own := show == nil
	if own {
		show = func(text []byte) { _, _ = p.stderr.Write(text) }
	}
	last := byte('\n')
	for {
		text := p.take(true)
		if len(text) == 0 {
			break
		}
		show(text)
		p.shown()
		last = text[len(text)-1]
	}
	if last != '\n' && own {
		show([]byte{'\n'}) // what comes next starts on a new line
	}
}
