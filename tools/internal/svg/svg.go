// Package svg draws a flow's graph as a picture: the steps from top to bottom,
// a box around each map, and the types of the values on the arrows.
package svg

import (
	"bytes"
	"context"
	"fmt"

	"github.com/goccy/go-graphviz"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/plan"
)

// Draw returns the picture of a valid graph. Graphviz lays it out, compiled to
// WebAssembly and run in this process. It has its own tables of letter widths,
// so the picture doesn't depend on the machine's fonts. Draw must not be called
// concurrently.
func Draw(ctx context.Context, g graph.Graph) (picture []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("drawing %s: %w", g.Flow, err)
		}
	}()
	p := plan.New(g)
	engine, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	parsed, err := graphviz.ParseBytes(dot(p))
	if err != nil {
		return nil, err
	}
	defer parsed.Close()
	var b bytes.Buffer
	if err := engine.Render(ctx, parsed, graphviz.SVG, &b); err != nil {
		return nil, err
	}
	// The library doesn't report a failed layout, but leaves out arrows: count
	// their heads, which are polygons, like the background.
	if heads, want := bytes.Count(b.Bytes(), []byte("<polygon "))-1, len(p.Steps)+1; heads != want {
		return nil, fmt.Errorf("the layout has %d arrows of %d", heads, want)
	}
	return withStyle(b.Bytes())
}
