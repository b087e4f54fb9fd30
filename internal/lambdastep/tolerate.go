package lambdastep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fanout"
)

// maxNamed is how many children without a result an error names.
const maxNamed = 10

// missing holds the children of an aggregated map that have no result, by the
// index of their first item.
type missing struct {
	count int
	first []int // some of them
}

func (m *missing) add(first int) {
	m.count++
	if len(m.first) < maxNamed {
		m.first = append(m.first, first)
	}
}

// tolerate checks that no more children lack a result than the map tolerates, and
// that each of them failed: a result missing for another reason is lost. found says
// which items have a result.
func (i *invocation) tolerate(ctx context.Context, found []bool) error {
	size := max(1, i.req.BatchSize)
	var absent missing
	children := 0
	for first := 0; first < len(found); first += size {
		children++
		if !found[first] {
			absent.add(first)
		}
	}
	if absent.count == 0 {
		return nil
	}
	if float64(absent.count)*100 > i.req.Tolerate*float64(children) {
		return i.lost(absent, "%d of %d children have no result, more than the %v%% that may fail", absent.count, children, i.req.Tolerate)
	}
	failed := make([]bool, len(found))
	known, err := i.failed(ctx, func(first int) {
		if first >= 0 && first < len(failed) {
			failed[first] = true
		}
	})
	if err != nil {
		return wrapStorageErr("reading which children failed", err)
	}
	if !known {
		return nil
	}
	var gone missing
	for first := 0; first < len(found); first += size {
		if !found[first] && !failed[first] {
			gone.add(first)
		}
	}
	if gone.count > 0 {
		return i.lost(gone, "%d of %d children have no result, although they did not fail", gone.count, children)
	}
	return nil
}

// failed calls child for each child of the map that failed. It reports false where
// that can't be known: some emulators of Step Functions have no ResultWriter and put
// the children's outputs into the state instead.
func (i *invocation) failed(ctx context.Context, child func(first int)) (known bool, err error) {
	var state struct {
		Results json.RawMessage `json:"results"`
	}
	var results struct {
		ResultWriterDetails struct{ Key string }
	}
	err = json.Unmarshal(i.req.State, &state)
	if err == nil && bytes.HasPrefix(state.Results, []byte("[")) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(state.Results, &results)
	}
	if err != nil || results.ResultWriterDetails.Key == "" {
		return false, failure.Name(failure.Request, errors.New("the state does not say where the map's results are"))
	}
	return true, fanout.Failed(ctx, i.store, results.ResultWriterDetails.Key, child)
}

// lost returns the error for missing results.
func (i *invocation) lost(m missing, format string, args ...any) error {
	var items []string
	for _, first := range m.first {
		items = append(items, strconv.Itoa(first))
	}
	named := strings.Join(items, ", ")
	if more := m.count - len(m.first); more > 0 {
		named += fmt.Sprintf(" and %d more", more)
	}
	return failure.Name(failure.Missing, fmt.Errorf("%s: those that start with item %s\n"+
		"hint: were the values of this run deleted, or did they expire? Then start another execution", fmt.Sprintf(format, args...), named))
}
