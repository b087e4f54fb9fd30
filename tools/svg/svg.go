// Package svg draws a flow's graph as a picture: the steps from top to bottom,
// a box around each map, and on the arrows the types of what passes.
package svg

import (
	"bytes"
	"context"
	"fmt"

	"github.com/goccy/go-graphviz"

	"github.com/lokki-build/lokki/lokki/graph"
)

// Draw returns the picture of a valid graph. Graphviz lays it out, compiled to
// WebAssembly and run in this process. It knows the widths of letters from
// tables of its own, so that the picture doesn't depend on the machine's fonts.
// Draw may not be called by several goroutines at the same time.
func Draw(ctx context.Context, g graph.Graph) (picture []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("drawing %s: %w", g.Flow, err)
		}
	}()
	engine, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	parsed, err := graphviz.ParseBytes(dot(g))
	if err != nil {
		return nil, err
	}
	defer parsed.Close()
	var b bytes.Buffer
	if err := engine.Render(ctx, parsed, graphviz.SVG, &b); err != nil {
		return nil, err
	}
	// A layout that fails is no error of the library's, but leaves arrows out:
	// count their heads, which are polygons as the background is.
	if heads, want := bytes.Count(b.Bytes(), []byte("<polygon "))-1, len(g.Nodes)+1; heads != want {
		return nil, fmt.Errorf("the layout has %d arrows of %d", heads, want)
	}
	return withStyle(b.Bytes())
}
