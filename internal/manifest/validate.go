package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/schedule"
)

// The names that Lambda allows
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
var envName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)

// Validate reports everything that is wrong with the manifest itself, joined.
// Match checks whether it fits a flow.
func (m Manifest) Validate() error {
	var errs []error
	if m.Flow == "" {
		errs = append(errs, errors.New("steps manifest: flow has no label"))
	}
	for i, s := range m.Steps {
		name := s.Target
		if name == "" {
			name = fmt.Sprintf("steps[%d]", i)
			errs = append(errs, fmt.Errorf("%s: target has no label", name))
		}
		for _, what := range s.problems() {
			errs = append(errs, fmt.Errorf("%s: %s", name, what))
		}
	}
	if m.Timeout < 0 || m.Timeout > awslimits.ExecutionSeconds {
		errs = append(errs, fmt.Errorf("%s: timeout %d: want 1 to %d seconds, which is a year", m.Flow, m.Timeout, awslimits.ExecutionSeconds))
	}
	errs = append(errs, schedule.Validate(m.Flow, m.Schedules))
	return errors.Join(errs...)
}

func (s Step) problems() []string {
	var all []string
	if _, ident, ok := splitFunction(s.Function); !ok || ident == "" {
		all = append(all, fmt.Sprintf("function %q: want an import path and a name, as in \"example.com/birds.GetBirds\"", s.Function))
	} else if _, err := graph.Name(ident); err != nil {
		all = append(all, "function: "+err.Error())
	}
	if s.Architecture != "arm64" && s.Architecture != "amd64" {
		all = append(all, fmt.Sprintf("architecture %q: want \"arm64\" or \"amd64\"", s.Architecture))
	}
	for _, n := range []struct {
		field, unit        string
		value, least, most int
	}{
		{"memory", "MB", s.Memory, awslimits.MinMemory, awslimits.MaxMemory},
		{"timeout", "seconds", s.Timeout, 1, awslimits.LambdaSeconds},
		{"ephemeral_storage", "MB", s.EphemeralStorage, awslimits.MinStorage, awslimits.MaxStorage},
	} {
		if n.value != 0 && (n.value < n.least || n.value > n.most) {
			all = append(all, fmt.Sprintf("%s %d: want %d to %d %s", n.field, n.value, n.least, n.most, n.unit))
		}
	}
	var names []string
	for name := range s.Env {
		if !envName.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		all = append(all, fmt.Sprintf("env %q: want a letter, then one or more letters, digits or underscores", name))
	}
	return all
}

// splitFunction splits "example.com/birds.GetBirds" into the import path and the
// name, at the last dot: a path's last element may contain dots.
func splitFunction(function string) (path, ident string, ok bool) {
	cut := strings.LastIndexByte(function, '.')
	if cut <= strings.LastIndexByte(function, '/')+1 {
		return "", "", false
	}
	return function[:cut], function[cut+1:], true
}
