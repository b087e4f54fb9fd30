package jsonpath

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

func pathIndex(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an index", text)
	}
	return n, nil
}

// Root returns the value that the path begins at.
func (p *Path) Root(d Data) any {
	if p.context {
		return d.Context()
	}
	return d.Value
}

// Get returns the value that the path selects, or missing. A path that can
// select several values gives an array of those that exist.
func (p *Path) Get(d Data) (any, error) {
	root := p.Root(d)
	if !p.many {
		for i := range p.steps {
			var ok bool
			if root, ok = p.steps[i].one(root); !ok {
				return nil, missing{p, i}
			}
		}
		return root, nil
	}
	found := []any{root}
	for i := range p.steps {
		var next []any
		for _, value := range found {
			next = p.steps[i].each(next, value, d)
		}
		found = next
	}
	if found == nil {
		found = []any{}
	}
	return found, nil
}

// one follows a step that selects a single place.
func (s *pathStep) one(value any) (any, bool) {
	if s.name != nil {
		object, ok := value.(map[string]any)
		if !ok {
			return nil, false
		}
		value, ok = object[*s.name]
		return value, ok
	}
	array, ok := value.([]any)
	if !ok {
		return nil, false
	}
	return element(array, s.indices[0])
}

// element counts from the end if the index is negative.
func element(array []any, index int) (any, bool) {
	if index < 0 {
		index += len(array)
	}
	if index < 0 || index >= len(array) {
		return nil, false
	}
	return array[index], true
}

// each appends what the step selects from value.
func (s *pathStep) each(found []any, value any, d Data) []any {
	switch v := value.(type) {
	case map[string]any:
		if s.name != nil {
			if member, ok := v[*s.name]; ok {
				found = append(found, member)
			}
		}
		if s.filter != nil && !s.deep { // it selects or drops an object as a whole
			if holds(s.filter, v, d) {
				found = append(found, v)
			}
			break
		}
		if s.all || s.filter != nil {
			for _, name := range jsonvalue.Names(v) {
				if s.all || holds(s.filter, v[name], d) {
					found = append(found, v[name])
				}
			}
		}
	case []any:
		for _, index := range s.indices {
			if member, ok := element(v, index); ok {
				found = append(found, member)
			}
		}
		if s.slice != nil {
			found = append(found, s.slice.of(v)...)
		}
		for _, member := range v {
			if s.all || s.filter != nil && holds(s.filter, member, d) {
				found = append(found, member)
			}
		}
	}
	if s.deep {
		for _, child := range children(value) {
			found = s.each(found, child, d)
		}
	}
	return found
}

func children(value any) []any {
	switch v := value.(type) {
	case map[string]any:
		var list []any
		for _, name := range jsonvalue.Names(v) {
			list = append(list, v[name])
		}
		return list
	case []any:
		return v
	}
	return nil
}

func (s *slice) of(array []any) []any {
	bound := func(b *int, otherwise int) int {
		if b == nil {
			return otherwise
		}
		n := *b
		if n < 0 {
			n += len(array)
		}
		return max(0, min(n, len(array)))
	}
	step := 1
	if s.step != nil {
		step = *s.step
	}
	var found []any
	for i := bound(s.from, 0); i < bound(s.to, len(array)); i += step {
		found = append(found, array[i])
	}
	return found
}

// Put returns root with value at the place of a reference path. It creates
// missing objects on the way, and leaves root itself unchanged.
func (p *Path) Put(root, value any) (any, error) { return put(root, p.steps, value) }

func put(root any, steps []pathStep, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	if len(steps[0].indices) > 0 {
		array, ok := root.([]any)
		index := steps[0].indices[0]
		if !ok || index < 0 || index >= len(array) {
			return nil, fmt.Errorf("it has no element %d", index)
		}
		member, err := put(array[index], steps[1:], value)
		if err != nil {
			return nil, err
		}
		array = slices.Clone(array)
		array[index] = member
		return array, nil
	}
	name := *steps[0].name
	object, ok := root.(map[string]any)
	if !ok && root != nil {
		return nil, fmt.Errorf("%s can't have the member %q", jsonvalue.Kind(root), name)
	}
	copied := make(map[string]any, len(object)+1)
	for k, v := range object {
		copied[k] = v
	}
	member, err := put(object[name], steps[1:], value)
	if err != nil {
		return nil, err
	}
	copied[name] = member
	return copied, nil
}
