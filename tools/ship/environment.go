package ship

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/suggest"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse/template"
	"github.com/lokki-build/lokki/tools/ship/account"
	"github.com/lokki-build/lokki/tools/ship/registry"
)

// target is a flow's stack in one environment, with a connection to its account.
type target struct {
	Artifacts
	env     string // name of the environment, or ""
	stack   string
	account account.Account
	config.Environment
	parameters map[string]string // of those that the template has
	resolved   *template.Stack   // the template there
}

// environment chooses the environment with a name, or the only one.
func (a Artifacts) environment(name string) (string, config.Environment, error) {
	names := slices.Sorted(maps.Keys(a.Environments))
	switch {
	case name == "" && len(names) == 0:
		return "", config.Environment{}, nil
	case name == "" && len(names) == 1:
		return names[0], a.Environments[names[0]], nil
	case name == "":
		return "", config.Environment{}, fmt.Errorf("--env is missing\nhint: give one of %s", strings.Join(names, ", "))
	}
	if e, ok := a.Environments[name]; ok {
		return name, e, nil
	}
	hint := "the environments in lokki.yml are " + strings.Join(names, ", ")
	if len(names) == 0 {
		hint = "lokki.yml has no environments: add them, or leave --env out"
	} else if near := suggest.Name(name, names); near != "" {
		hint = "did you mean " + near + "?"
	}
	return "", config.Environment{}, fmt.Errorf("there is no environment %s\nhint: %s", name, hint)
}

// open connects to an environment's account, checks that it is the intended one,
// and resolves the template there, so that everything that can be wrong without
// AWS is reported before anything is changed.
func (a Artifacts) open(ctx context.Context, name string) (*target, error) {
	t, err := a.target(name)
	if err != nil {
		return nil, err
	}
	if t.account, err = account.Connect(ctx, t.Account, t.Region); err != nil {
		return nil, err
	}
	return t, t.resolve()
}

// offline is like open, but doesn't connect if the environment says where it is.
func (a Artifacts) offline(ctx context.Context, name string) (*target, error) {
	t, err := a.target(name)
	if err != nil {
		return nil, err
	}
	if t.Account == "" || t.Region == "" {
		return a.open(ctx, name)
	}
	t.account = account.Account{ID: t.Account, Region: t.Region}
	return t, t.resolve()
}

func (a Artifacts) target(name string) (*target, error) {
	name, e, err := a.environment(name)
	if err != nil {
		return nil, err
	}
	t := &target{Artifacts: a, env: name, Environment: e, stack: e.StackName(a.Flow), parameters: map[string]string{}}
	own := a.Parsed.Parameters()
	for p, value := range e.Parameters {
		// The flows of a project share its environments, but not all have schedules and alarms.
		if slices.Contains(own, p) || !perFlow(p) {
			t.parameters[p] = value
		}
	}
	return t, nil
}

// resolve resolves the template in the account.
func (t *target) resolve() (err error) {
	t.resolved, err = t.Parsed.Resolve(template.Environment{Account: t.account.ID, Region: t.account.Region, Stack: t.stack}, t.parameters)
	if err != nil {
		return fmt.Errorf("the template with the parameters of %s: %w", t.place(), err)
	}
	return nil
}

// perFlow reports whether only some flows' templates have a parameter.
func perFlow(name string) bool {
	return name == "SchedulerRoleArn" || name == "AlarmTopicArn" || strings.HasSuffix(name, "ScheduleState")
}

// place says where the stack is.
func (t *target) place() string {
	where := fmt.Sprintf("account %s, %s", t.account.ID, t.account.Region)
	if t.env == "" {
		return where
	}
	return t.env + " (" + where + ")"
}

// images pairs the functions of the template with the built images.
func (t *target) images() ([]registry.Image, error) {
	var uris []string
	for _, f := range t.resolved.OfType("AWS::Lambda::Function") {
		code, _ := f.Properties["Code"].(map[string]any)
		uri, _ := code["ImageUri"].(string)
		uris = append(uris, uri)
	}
	var all []registry.Image
	for _, i := range t.Images {
		n := slices.IndexFunc(uris, func(uri string) bool { return strings.HasSuffix(uri, "/"+i.Repository+"@"+i.Digest) })
		folder := t.Layouts[i.Target]
		if n < 0 || folder == "" {
			return nil, fmt.Errorf("the template has no function with the image of %s\nhint: build the template and the images together", i.Target)
		}
		all = append(all, registry.Image{Step: i.Step, Folder: folder, Digest: i.Digest, Architecture: i.Architecture, URI: uris[n]})
	}
	return all, nil
}

func (t *target) registry(report func(registry.Progress)) *registry.Registry {
	return &registry.Registry{Account: t.account, Flow: t.Flow, Stack: t.stack, KMSKey: t.parameters["KmsKeyArn"], Tags: t.Tags, Report: report}
}
