package runner

import (
	"errors"
	"reflect"
	"slices"

	"github.com/lokki-build/lokki/internal/plan"
)

// naive evaluates a flow one value after the other, without the codec.
type naive struct {
	randomFlow
	inject func(step string, index []int, attempt int) error
}

// call is one call of the step for a child's values.
func (n naive) call(g *plan.Step, values []any, path []int) ([]any, error) {
	for attempt := 1; ; attempt++ {
		results, err := n.try(g, values, path, attempt)
		_, again := err.(*busy)
		if err == nil || !again || len(g.Retry) == 0 || attempt > g.Retry[0].Attempts {
			return results, err
		}
	}
}

func (n naive) try(g *plan.Step, values []any, path []int, attempt int) ([]any, error) {
	var results []any
	for k, v := range values {
		index := slices.Clone(path)
		if len(index) > 0 {
			index[len(index)-1] += k
		}
		if err := n.inject(g.Name, index, attempt); err != nil {
			return nil, err
		}
		results = append(results, n.ops[g.Index].plain(v))
	}
	return results, nil
}

// run takes a child's values through the units of a scope.
func (n naive) run(units []plan.Unit, values []any, path []int) ([]any, error) {
	for _, u := range units {
		var err error
		if u.Map != nil {
			values[0], err = n.fanOut(u.Map, values[0], path)
		} else {
			values, err = n.call(u.Step, values, path)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (n naive) fanOut(g *plan.Map, list any, path []int) (any, error) {
	items := reflect.ValueOf(list)
	results := reflect.MakeSlice(n.ops[g.Closed.Index].in, 0, items.Len())
	failed, children := 0, 0
	for first := 0; first < items.Len(); first += g.BatchSize() {
		var batch []any
		for i := first; i < min(first+g.BatchSize(), items.Len()); i++ {
			batch = append(batch, items.Index(i).Interface())
		}
		children++
		values, err := n.run(g.Nodes, batch, append(slices.Clone(path), first))
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
