package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/suggest"
)

// Environment is where a flow is deployed, and the template's parameters there.
// Empty fields are left to the caller's credentials and to the template.
type Environment struct {
	Account    string            `json:"account,omitempty"`
	Region     string            `json:"region,omitempty"`
	Stack      string            `json:"stack,omitempty"` // {flow} stands for the flow's name
	Role       string            `json:"role,omitempty"`  // the role that CloudFormation uses
	Parameters map[string]string `json:"parameters,omitempty"`
	Tags       map[string]string `json:"tags,omitempty"`
}

const environmentsKey = "environments"

// flowName in a stack's name stands for the name of the flow, so that the flows
// of a project may share its environments.
const flowName = "{flow}"

var (
	environmentForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	parameterForm   = regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`)
)

// environmentFields are the fields of an environment that are one string.
var environmentFields = []struct {
	key  string
	kind kind
	at   func(*Environment) *string
}{
	{"account", text(`^[0-9]{12}$`, 12, "the 12 digits of an account, in quotes"), func(e *Environment) *string { return &e.Account }},
	{"region", text(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`, 32, "a Region, as in eu-west-1"), func(e *Environment) *string { return &e.Region }},
	{"stack", text(`^([A-Za-z]|\{flow\})([A-Za-z0-9-]|\{flow\})*$`, 128, "the name of a stack: letters, digits and hyphens; {flow} stands for the flow's name"),
		func(e *Environment) *string { return &e.Stack }},
	{"role", text(RoleForm, 2048, "the ARN of a role, as in arn:aws:iam::123456789012:role/deploy"), func(e *Environment) *string { return &e.Role }},
}

// environments parses the section environments.
func (p *parser) environments(n *yaml.Node) {
	p.layer.environments = map[string]Environment{}
	p.mapping(n, func(key, value *yaml.Node) {
		if !environmentForm.MatchString(key.Value) {
			p.report(key, fmt.Sprintf("%q is not the name of an environment", key.Value), "start with a small letter, then use small letters, digits and hyphens, 32 at most")
		}
		p.layer.environments[key.Value] = p.environment(key.Value, value)
	})
}

func (p *parser) environment(name string, n *yaml.Node) Environment {
	var e Environment
	names := []string{"account", "region", "stack", "role", "parameters", "tags"}
	p.mapping(n, func(key, value *yaml.Node) {
		switch key.Value {
		case "parameters":
			e.Parameters = p.strings(value, parameterForm, "a parameter of the template, as in LogLevel")
		case "tags":
			e.Tags = p.strings(value, regexp.MustCompile(`^.{1,128}$`), "a tag")
		default:
			for _, f := range environmentFields {
				if f.key == key.Value && value.Tag != "!!null" {
					if s, ok := f.kind.parse(p, value); ok {
						*f.at(&e) = s.(string)
					}
				}
			}
			if !slices.Contains(names, key.Value) {
				hint := "the keys here are " + strings.Join(names, ", ")
				if near := suggest.Name(key.Value, names); near != "" {
					hint = fmt.Sprintf("did you mean %q?", near)
				}
				p.report(key, fmt.Sprintf("unknown key %q", strings.Join([]string{environmentsKey, name, key.Value}, ".")), hint)
			}
		}
	})
	return e
}

// strings parses names with scalars, all of which CloudFormation takes as text.
func (p *parser) strings(n *yaml.Node, form *regexp.Regexp, what string) map[string]string {
	all := map[string]string{}
	p.mapping(n, func(key, value *yaml.Node) {
		switch {
		case !form.MatchString(key.Value):
			p.report(key, fmt.Sprintf("%q is not the name of %s", key.Value, what), "")
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null" || value.Tag == "!!float":
			p.text(value, "a string")
		case HoldsSecret(value.Value):
			p.report(value, key.Value+" holds a secret, which everyone who may read the stack would see",
				"store it in Secrets Manager, and give the secret's name")
		default:
			all[key.Value] = value.Value
		}
	})
	return all
}

// StackName is the name of a flow's stack in the environment.
func (e Environment) StackName(flow string) string {
	if e.Stack == "" {
		return flow
	}
	return strings.ReplaceAll(e.Stack, flowName, flow)
}

// Environments merges the environments of all layers: a stronger layer's field,
// parameter or tag replaces a weaker one's.
func Environments(layers ...Layer) (map[string]Environment, error) {
	all := map[string]Environment{}
	for _, l := range layers {
		for name, e := range l.environments {
			all[name] = all[name].override(e)
		}
	}
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		e := all[name]
		place := e.Account + " " + e.Region + " " + e.StackName(flowName)
		if other, ok := seen[place]; ok {
			return nil, graph.Problem{Position: "lokki.yml", What: fmt.Sprintf("the environments %s and %s are the same stack", other, name),
				Hint: "give one another account, region or stack, as in stack: \"{flow}-" + name + "\""}
		}
		seen[place] = name
	}
	return all, nil
}

// override returns e with the fields that other sets.
func (e Environment) override(other Environment) Environment {
	for _, f := range environmentFields {
		if value := *f.at(&other); value != "" {
			*f.at(&e) = value
		}
	}
	e.Parameters = merged(e.Parameters, other.Parameters)
	e.Tags = merged(e.Tags, other.Tags)
	return e
}

func merged(weak, strong map[string]string) map[string]string {
	all := map[string]string{}
	maps.Copy(all, weak)
	maps.Copy(all, strong)
	return all
}

// EncodeEnvironments writes what DecodeEnvironments reads.
func EncodeEnvironments(all map[string]Environment) ([]byte, error) {
	data, err := json.MarshalIndent(all, "", "  ") // sorts the names
	if err != nil {
		return nil, fmt.Errorf("encoding the environments: %w", err)
	}
	return append(data, '\n'), nil
}

// DecodeEnvironments reads what EncodeEnvironments wrote.
func DecodeEnvironments(data []byte) (map[string]Environment, error) {
	var all map[string]Environment
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("reading the environments: %w", err)
	}
	return all, nil
}
