package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/plan"
)

// failures are the failed children of one map that tolerates some.
type failures struct {
	count int
	first []failed // some of them
}

type failed struct {
	child int
	err   error
}

// maxListed is how many failures of a map are retained and listed: a map over a
// million items may tolerate most of them.
const maxListed = 10

func (f *failures) add(child int, err error) {
	f.count++
	if len(f.first) < maxListed {
		f.first = append(f.first, failed{child, err})
	}
}

// exceed returns an error when more children have failed than the map tolerates.
func (f *failures) exceed(node *plan.Map, path []int, children int) error {
	if float64(f.count)*100 <= node.Tolerate*float64(children) {
		return nil
	}
	e := &toleranceError{node: node, path: slices.Clone(path), failed: f.count, children: children}
	slices.SortFunc(f.first, func(a, b failed) int { return cmp.Compare(a.child, b.child) })
	for _, one := range f.first {
		e.listed = append(e.listed, one.err)
	}
	return failure.Name(failure.Threshold, e)
}

// toleranceError is the error of a map with too many failed children.
type toleranceError struct {
	node             *plan.Map
	path             []int
	failed, children int
	listed           []error
}

// Error returns text like
//
//	flows/birds.go:32: the map over flap-bird: 3 of 10 children failed; 20% are tolerated
//	flows/birds.go:32: step flap-bird[3] (example.com/birds.FlapBird): no such bird
//	input: "goose"
func (e *toleranceError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: the map over %s%s: %d of %d children failed; %v%% are tolerated",
		e.node.Position, e.node.Name, indexPath(e.path), e.failed, e.children, e.node.Tolerate)
	for _, err := range e.listed {
		fmt.Fprintf(&b, "\n%v", err)
	}
	if more := e.failed - len(e.listed); more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return b.String()
}

// Unwrap returns the listed failures.
func (e *toleranceError) Unwrap() []error { return e.listed }
