package cfn

import (
	"errors"
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/timelimit"
	"github.com/lokki-build/lokki/tools/internal/config"
)

// spare is what a Lambda gets in addition to its step's limit, in seconds: for
// fetching the argument and storing the result.
const spare = 60

// lambdaTimeout is the timeout in seconds of a step's Lambda. By default it is the
// project's, raised to leave room for the step's own limit, and capped at the
// lifetime of Express children if it runs only there. A timeout set on the target
// is an error if it contradicts the flow.
func lambdaTimeout(p *plan.Plan, s manifest.Step, byDefault int) (int, error) {
	inside, outside := uses(p, s.Function)
	longest := longestLimit(p, s.Function)
	if s.Timeout == 0 {
		most := awslimits.LambdaSeconds
		if !outside {
			most = awslimits.ExpressSeconds
		}
		if longest.Timeout > 0 {
			byDefault = max(byDefault, longest.Timeout+spare)
		}
		return min(most, byDefault), nil
	}
	var problems []error
	if s.Timeout > awslimits.ExpressSeconds {
		for _, n := range inside {
			problems = append(problems, graph.Problem{
				Position: n.Position, Step: n.Name,
				What: fmt.Sprintf("%s has a timeout of %d seconds, but runs in an Express map, whose children live for %d", s.Target, s.Timeout, awslimits.ExpressSeconds),
				Hint: fmt.Sprintf("set timeout of %s to %d or less, or leave lokki.Express out of the map", s.Target, awslimits.ExpressSeconds),
			})
		}
	}
	if s.Timeout <= longest.Timeout && s.Timeout < awslimits.LambdaSeconds {
		problems = append(problems, graph.Problem{
			Position: longest.Position, Step: longest.Name,
			What: fmt.Sprintf("the step has a lokki.Timeout of %d seconds, and %s a timeout of %d, in which the Lambda also fetches the argument and stores the result",
				longest.Timeout, s.Target, s.Timeout),
			Hint: fmt.Sprintf("leave timeout of %s out, or set it to %d", s.Target, min(longest.Timeout+spare, awslimits.LambdaSeconds)),
		})
	}
	return s.Timeout, errors.Join(problems...)
}

// longestLimit returns the step with the longest limit that runs the function,
// or none.
func longestLimit(p *plan.Plan, function string) (longest graph.Step) {
	for _, n := range p.Steps {
		if n.Function == function && n.Timeout > longest.Timeout {
			longest = *n.Step
		}
	}
	return longest
}

// timeoutNotes report Lambdas whose timeout exceeds the project's default, because of
// their step's limit, or the maximum that Lambda had for years.
func timeoutNotes(c config.Config, p *plan.Plan, functions []function) (notes []string) {
	for _, f := range functions {
		byDefault := c.LambdaDefaults.Timeout
		limit := longestLimit(p, f.Symbol).Timeout
		if limit > 0 && f.byDefault && f.step.Timeout > byDefault {
			notes = append(notes, fmt.Sprintf("the Lambda of step %s has a timeout of %d seconds instead of the %d of lambda_defaults.timeout: "+
				"its lokki.Timeout is %d", f.Name, f.step.Timeout, byDefault, limit))
		}
		if f.step.Timeout > timelimit.DefaultLambda {
			notes = append(notes, fmt.Sprintf("the Lambda of step %s has a timeout of %d seconds. AWS allows more than %d since November 2026; "+
				"cfn-lint 1.58.0 and older checks still reject it (E3717)", f.Name, f.step.Timeout, timelimit.DefaultLambda))
		}
	}
	return notes
}

// uses returns the steps that run the function in an Express map, and whether
// there are others. An Express map holds no map, so the innermost one decides.
func uses(p *plan.Plan, function string) (inside []*plan.Step, outside bool) {
	for _, s := range p.Steps {
		switch {
		case s.Function != function:
		case s.In != nil && s.In.Express:
			inside = append(inside, s)
		default:
			outside = true
		}
	}
	return inside, outside
}
