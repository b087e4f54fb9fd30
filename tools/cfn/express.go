package cfn

import (
	"errors"
	"fmt"

	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/lokki/graph"
)

// maxExpress is how many seconds an Express workflow lives
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxExpress = 300

// lambdaTimeout is the timeout in seconds of the Lambda of a step. A Lambda that
// runs in Express maps only takes no longer than such a map's children live, if
// it has a default's timeout; one that asks for more is an error.
func lambdaTimeout(g graph.Graph, s manifest.Step, byDefault int) (int, error) {
	inside, outside := uses(g, s.Function)
	if s.Timeout == 0 {
		if len(inside) > 0 && !outside {
			return min(maxExpress, byDefault), nil
		}
		return byDefault, nil
	}
	var problems []error
	if s.Timeout > maxExpress {
		for _, n := range inside {
			problems = append(problems, graph.Problem{
				Position: n.Position, Step: n.Name,
				What: fmt.Sprintf("%s has a timeout of %d seconds, in an Express map, whose children live for %d", s.Target, s.Timeout, maxExpress),
				Hint: fmt.Sprintf("set timeout of %s to %d or less, or leave lokki.Express out of the map", s.Target, maxExpress),
			})
		}
	}
	return s.Timeout, errors.Join(problems...)
}

// uses returns the nodes that run the function in an Express map, and whether
// there are others. An Express map holds no map, so the innermost one decides.
func uses(g graph.Graph, function string) (inside []graph.Node, outside bool) {
	express := map[string]bool{}
	for _, n := range g.Nodes {
		if n.Kind == graph.Map {
			express[n.Name] = n.Express
		}
		if n.Function != function {
			continue
		}
		if len(n.Scope) > 0 && express[n.Scope[len(n.Scope)-1]] {
			inside = append(inside, n)
		} else {
			outside = true
		}
	}
	return inside, outside
}
