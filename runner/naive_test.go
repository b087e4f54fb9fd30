package runner

import (
	"errors"
	"reflect"
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
)

// naive evaluates a flow one value after the other, without the codec.
type naive struct {
	randomFlow
	inject func(step string, index []int, attempt int) error
}

// call is one call of the node for a child's values.
func (n naive) call(node int, values []any, path []int) ([]any, error) {
	g := n.Graph.Nodes[node]
	for attempt := 1; ; attempt++ {
		results, err := n.try(node, values, path, attempt)
		_, again := err.(*busy)
		if err == nil || !again || len(g.Retry) == 0 || attempt > g.Retry[0].Attempts {
			return results, err
		}
	}
}

func (n naive) try(node int, values []any, path []int, attempt int) ([]any, error) {
	var results []any
	for k, v := range values {
		index := slices.Clone(path)
		if len(index) > 0 {
			index[len(index)-1] += k
		}
		if err := n.inject(n.Graph.Nodes[node].Name, index, attempt); err != nil {
			return nil, err
		}
		results = append(results, n.ops[node].plain(v))
	}
	return results, nil
}

// run takes a child's values from a node to the end of its map, and returns the
// node there.
func (n naive) run(node int, values []any, path []int) ([]any, error) {
	values, err := n.call(node, values, path)
	for node++; err == nil && node < len(n.ops) && n.Graph.Nodes[node].Kind != graph.Agg; node++ {
		if n.Graph.Nodes[node].Kind == graph.Map {
			values[0], err = n.fanOut(node, values[0], path)
			if err != nil {
				return nil, err
			}
			node = n.end(node)
		}
		values, err = n.call(node, values, path)
	}
	return values, err
}

// end returns the node that closes the map opened by a node.
func (n naive) end(node int) int {
	for depth := 0; ; node++ {
		switch n.Graph.Nodes[node].Kind {
		case graph.Map:
			depth++
		case graph.Agg:
			if depth--; depth == 0 {
				return node
			}
		}
	}
}

func (n naive) fanOut(node int, list any, path []int) (any, error) {
	items, g := reflect.ValueOf(list), n.Graph.Nodes[node]
	results := reflect.MakeSlice(n.ops[n.end(node)].in, 0, items.Len())
	failed, children := 0, 0
	for first := 0; first < items.Len(); first += g.BatchSize() {
		var batch []any
		for i := first; i < min(first+g.BatchSize(), items.Len()); i++ {
			batch = append(batch, items.Index(i).Interface())
		}
		children++
		values, err := n.run(node, batch, append(slices.Clone(path), first))
		if err != nil {
			if failed++; g.Tolerate == 0 {
				return nil, err
			}
			continue
		}
		for _, v := range values {
			results = reflect.Append(results, reflect.ValueOf(v))
		}
	}
	if float64(failed)*100 > g.Tolerate*float64(children) {
		return nil, errors.New("too many have failed")
	}
	return results.Interface(), nil
}
