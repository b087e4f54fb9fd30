package progress

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/vbauerster/cupwriter"
	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/internal/golden"
)

// terminal is what a live view draws on. It treats "\n" as a new line, as an
// operating system's terminals do (ONLCR of termios).
type terminal struct{ *vt.Emulator }

func (t terminal) Write(p []byte) (int, error) {
	if _, err := t.Emulator.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// screen is everything a person sees, including what has scrolled off the top.
func (t terminal) screen() string {
	var b strings.Builder
	for y := range t.ScrollbackLen() {
		for x := range t.Width() {
			if c := t.ScrollbackCellAt(x, y); c != nil {
				b.WriteString(c.Content)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString(t.String())
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

func (s story) rows() int {
	if s.height == 0 {
		return 24
	}
	return s.height
}

// newTerminal returns a live view on a terminal.
func newTerminal(width, height int) (*live, terminal) {
	t := terminal{vt.NewEmulator(width, height)}
	return &live{
		w:    cupwriter.New(t, true),
		size: func() (int, int, error) { return t.Width(), t.Height(), nil },
		flow: "birds-flow", begin: start,
	}, t
}

// tell feeds a story to a view.
func (s story) tell(v view) {
	for i, m := range s.moments {
		last := i == len(s.moments)-1
		if last {
			for _, c := range s.calls {
				v.call(c, after(m.seconds))
			}
		}
		if !last || !s.ends {
			v.update(m.steps, after(m.seconds))
			continue
		}
		o := outcome{flow: "birds-flow", steps: m.steps, begin: start, now: after(m.seconds), failures: failures{}, err: s.err}
		for _, c := range s.calls {
			if !c.Again {
				o.failures.add(c)
			}
		}
		v.end(o)
	}
}

// Each story is shown on terminals of three widths, as lines and as events.
func TestViews(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			got := new(txtar.Archive)
			add := func(name, text string) {
				got.Files = append(got.Files, txtar.File{Name: name, Data: []byte(text)})
			}
			for _, width := range []int{40, 80, 200} {
				l, term := newTerminal(width, s.rows())
				fmt.Fprint(term, "$ birds_local\n")
				s.tell(l)
				add(fmt.Sprintf("terminal of %d columns", width), term.screen())
			}
			var b bytes.Buffer
			steps := s.moments[0].steps
			s.tell(newLines(&b, "birds-flow", steps))
			add("lines", b.String())
			b.Reset()
			s.tell(newEvents(&b, "birds-flow", "run-1", steps, start))
			add("events", b.String())
			golden.File(t, filepath.Join("testdata", name+".txtar"), txtar.Format(got))
		})
	}
}

// Every golden file belongs to a story.
func TestGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) != len(stories) {
		t.Errorf("%d stories and %d files, %v", len(stories), len(files), err)
	}
}

// At any size no line wraps, and each frame replaces the last.
func TestAnySize(t *testing.T) {
	for name, s := range stories {
		for _, width := range []int{1, 2, 3, 10, 20, 30, 39, 40, 41, 55, 79, 80, 100, 130} {
			for _, height := range []int{1, 2, 3, 5, 24} {
				l, term := newTerminal(width, height)
				for range 3 {
					for _, m := range s.moments {
						l.update(m.steps, after(m.seconds))
					}
				}
				if y := term.CursorPosition().Y; y > max(0, height-1) || len(l.widths) > max(1, height-1) {
					t.Fatalf("%s at %d×%d: %d lines, the cursor in line %d", name, width, height, len(l.widths), y)
				}
				if n := term.ScrollbackLen(); n > 0 && height > 1 {
					t.Fatalf("%s at %d×%d: %d lines went off the screen:\n%s", name, width, height, n, term.screen())
				}
				if i := slices.IndexFunc(l.widths, func(w int) bool { return w >= width && width > 1 }); i >= 0 {
					t.Fatalf("%s at %d×%d: line %d is %d wide", name, width, height, i+1, l.widths[i])
				}
			}
		}
	}
}

// A narrower terminal has wrapped the lines of the last frame: all of them are
// cleared.
func TestNarrower(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	steps := stories["failing"].moments[0].steps
	var out bytes.Buffer
	width := 120
	l := &live{
		w:    cupwriter.New(&out, true),
		size: func() (int, int, error) { return width, 24, nil },
		flow: "birds-flow", begin: start,
	}
	l.update(steps, after(3))
	rows := 0
	for _, w := range l.widths {
		rows += max(1, (w+49)/50)
	}
	if rows <= len(l.widths) {
		t.Fatalf("no line of %d is broken", l.widths)
	}
	width = 50
	out.Reset()
	l.update(steps, after(3.1))
	if want := fmt.Sprintf("\x1b[%dA\x1b[J", rows); !strings.HasPrefix(out.String(), want) {
		t.Errorf("got %q, want it to begin with %q", out.String(), want)
	}
	width = 120 // wider again: nothing wraps
	lines := len(l.widths)
	out.Reset()
	l.update(steps, after(3.2))
	if want := fmt.Sprintf("\x1b[%dA\x1b[J", lines); !strings.HasPrefix(out.String(), want) {
		t.Errorf("got %q, want it to begin with %q", out.String(), want)
	}
}

// What steps print appears above the frame, in order, and stays.
func TestAbove(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	l, term := newTerminal(40, 24)
	steps := stories["failing"].moments[0].steps
	for _, text := range []string{"one\ntwo\n", "", "three\n"} {
		l.print([]byte(text))
		l.update(steps, after(3.1))
	}
	l.print([]byte("\x1b[2Jfour\r")) // no newline at the end
	l.end(outcome{flow: "birds-flow", steps: steps, begin: start, now: after(4)})
	if screen := term.screen(); !strings.HasPrefix(screen, "one\ntwo\nthree\n\\x1b[2Jfour\\r\n  step ") || strings.Contains(screen, "birds-flow: 1 of") {
		t.Errorf("got\n%s", screen)
	}
}

func TestColours(t *testing.T) {
	steps := stories["failing"].moments[0].steps
	drawn := func() string {
		var out bytes.Buffer
		l := &live{w: cupwriter.New(&out, true), size: func() (int, int, error) { return 80, 24, nil }}
		l.update(steps, after(3))
		return out.String()
	}
	t.Setenv("NO_COLOR", "")
	if s := drawn(); !strings.Contains(s, "\x1b[32mget-birds\x1b[0m") || !strings.Contains(s, "\x1b[31mflap-bird\x1b[0m") {
		t.Errorf("not coloured: %q", s)
	}
	t.Setenv("NO_COLOR", "1")
	if s := drawn(); strings.Contains(s, "\x1b[3") {
		t.Errorf("coloured: %q", s)
	}
}
