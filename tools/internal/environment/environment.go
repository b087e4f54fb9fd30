// Package environment merges the environments of a flow's Lambdas into that of a
// process with all steps: the local run, and the program that writes the graph.
package environment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/launch"
)

// Step is a lokki_step with its env.
type Step struct {
	Target string            `json:"target"`
	Env    map[string]string `json:"env"`
}

// Join merges the env of all steps into lambda_env. Where steps differ, the first one
// wins.
func Join(lambdaEnv map[string]string, steps []Step) launch.Environment {
	e := launch.Environment{Env: maps.Clone(lambdaEnv)}
	if e.Env == nil {
		e.Env = map[string]string{}
	}
	names := map[string]bool{}
	for _, s := range steps {
		for name := range s.Env {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		given := map[string]bool{}
		var described []string
		for _, s := range steps {
			value, own := s.Env[name]
			if own && !slices.ContainsFunc(steps[:len(described)], func(before Step) bool { _, is := before.Env[name]; return is }) {
				e.Env[name] = value
			}
			set := own
			if !own {
				value, set = lambdaEnv[name]
			}
			what := "not set"
			if set {
				given[value] = true
				what = strconv.Quote(value)
			}
			described = append(described, fmt.Sprintf("%s in %s", what, s.Target))
		}
		if len(given) > 1 {
			e.Notes = append(e.Notes, fmt.Sprintf("%s is %s; in one process it is %q for all steps", name, strings.Join(described, ", "), e.Env[name]))
		}
	}
	return e
}
