package interpreter

import (
	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// child is a child execution before it starts.
type child struct {
	number int // of the children of its map run
	items  int
	input  doc
}

// childSource makes the inputs of children from items, or from batches of them.
type childSource struct {
	visit  *visit
	state  *mapState
	input  any // the map's
	items  source
	read   int // items so far
	number int // children so far

	batchItems, batchBytes int // 0 without batches
	batchInput             any
	ahead                  any // an item that didn't fit into the last batch
	hasAhead               bool
}

func (a *mapState) children(v *visit, input any, items source) (*childSource, error) {
	s := &childSource{visit: v, state: a, input: input, items: items}
	if a.batcher == nil {
		return s, nil
	}
	most, _, err := a.batcher.items.get(v.data(input))
	if err != nil {
		return nil, err
	}
	size, _, err := a.batcher.bytes.get(v.data(input))
	if err != nil {
		return nil, err
	}
	s.batchItems, s.batchBytes = int(most), int(size)
	if a.batcher.input != nil {
		s.batchInput, err = a.batcher.input.Eval(v.data(input))
	}
	return s, err
}

// next returns the next child, or false after the last.
func (s *childSource) next() (child, bool, error) {
	if s.batchItems == 0 {
		item, ok, err := s.item()
		if err != nil || !ok {
			return child{}, false, err
		}
		return s.child(item, 1)
	}
	batch := []any{}
	frame := map[string]any{"Items": batch}
	if s.batchInput != nil {
		frame["BatchInput"] = s.batchInput
	}
	size := len(jsonvalue.Append(nil, frame))
	for len(batch) < s.batchItems {
		item, ok := s.ahead, s.hasAhead
		if !ok {
			var err error
			if item, ok, err = s.item(); err != nil {
				return child{}, false, err
			}
		}
		s.ahead, s.hasAhead = nil, false
		if !ok {
			break
		}
		more := len(jsonvalue.Append(nil, item))
		if len(batch) > 0 {
			more++ // the comma
			if size+more > s.batchBytes {
				s.ahead, s.hasAhead = item, true
				break
			}
		}
		size += more
		batch = append(batch, item)
	}
	if len(batch) == 0 {
		return child{}, false, nil
	}
	frame["Items"] = batch
	return s.child(frame, len(batch))
}

// item returns the next item, as ItemSelector transforms it.
func (s *childSource) item() (any, bool, error) {
	item, ok, err := s.items.next()
	if err != nil || !ok {
		return nil, false, err
	}
	index := s.read
	s.read++
	if s.state.selector != nil {
		if item, err = s.state.selector.Eval(s.visit.itemData(s.input, index, item)); err != nil {
			return nil, false, err
		}
	}
	return item, true, nil
}

func (s *childSource) child(input any, items int) (child, bool, error) {
	c := child{number: s.number, items: items, input: newDoc(input)}
	s.number++
	if len(c.input.text) > awslimits.StateBytes {
		return child{}, false, &Failure{Name: awslimits.DataLimit, Cause: "The input of a child workflow execution exceeds the maximum number of bytes service limit.", terminal: true}
	}
	return c, true, nil
}
