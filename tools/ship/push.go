package ship

import (
	"context"
	"fmt"

	"github.com/lokki-build/lokki/tools/ship/registry"
)

func push(ctx context.Context, c *Command, a Artifacts, o options) error {
	t, err := a.open(ctx, o.env)
	if err != nil {
		return err
	}
	return c.push(ctx, t)
}

// push sends the images, with a line for each that the registry lacked.
func (c *Command) push(ctx context.Context, t *target) error {
	images, err := t.images()
	if err != nil {
		return err
	}
	present, sent, done := 0, int64(0), 0
	r := t.registry(nil)
	l := c.startLive(func() string { return "sent     " + size(r.Sent()) })
	r.Report = func(p registry.Progress) {
		if p.Present {
			present++
			return
		}
		done++
		sent += p.Sent
		l.say("pushed   %-20s %9s  (%d of %d)", p.Image.Step, size(p.Sent), done, len(images)-present)
	}
	err = r.Push(ctx, images)
	l.stop()
	if err != nil {
		return err
	}
	if done == 0 {
		c.say("images   all %d are in the registry", present)
	} else {
		c.say("images   %d pushed with %s, %d were in the registry", done, size(sent), present)
	}
	return nil
}

// size is a size for people.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
