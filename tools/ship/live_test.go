package ship_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/lokki-build/lokki/tools/ship"
	"github.com/lokki-build/lokki/tools/ship/shiptest"
)

// screen is what was written to a terminal. It says when a text has appeared.
type screen struct {
	mu      sync.Mutex
	text    strings.Builder
	want    string
	appears chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := strings.Contains(s.text.String(), s.want)
	n, err := s.text.Write(p)
	if !before && strings.Contains(s.text.String(), s.want) {
		close(s.appears)
	}
	return n, err
}

// TestBytesSent: a terminal shows the bytes that are sent while an upload lasts.
func TestBytesSent(t *testing.T) {
	server := shiptest.Start(t)
	terminal := &screen{want: "sent     ", appears: make(chan struct{})}
	server.SetFault(func(operation string, _ http.ResponseWriter, r *http.Request) bool {
		if operation == "registry.PUT upload" {
			select {
			case <-terminal.appears:
			case <-r.Context().Done():
			}
		}
		return false
	})
	c := ship.Command{Executable: shiptest.Build(t, shiptest.Birds()), Stdin: strings.NewReader(""), Stdout: terminal, Stderr: terminal, Terminal: true}
	if code := c.Run(t.Context(), []string{"push"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, terminal.text.String())
	}
	if out := terminal.text.String(); !strings.HasSuffix(out, "\r\x1b[Kimages   3 pushed with 79 B, 0 were in the registry\n") {
		t.Errorf("the terminal has %q", out)
	}
}
