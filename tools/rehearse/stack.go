package rehearse

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/tools/internal/images"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// account is the one in AWS's examples; the template must not depend on it.
const account = "123456789012"

// stack is the template in the rehearsal's environment, and the parts of it
// that the rehearsal runs.
type stack struct {
	*template.Stack
	machineARN, roleARN string
	machine             *interpreter.Machine
	express             map[string]bool   // labels of the maps whose children are Express workflows
	maps                map[string]string // the first step of each map, by the map's state
	functions           []lambda.Function
	functionRole        string            // ARN of the role that all functions share
	bucket              string            // where the functions store their values
	architectures       map[string]string // by function name, in Lambda's terms
}

// resolve reads the template and resolves it with parameters, as its deployment
// would.
func resolve(a Artifacts, x execution, parameters map[string]string) (*stack, error) {
	t, err := template.Read(a.File, a.Template)
	if err != nil {
		return nil, err
	}
	resolved, err := t.Resolve(template.Environment{Account: account, Region: s3server.Region, Stack: x.Stack, StackID: x.StackID}, parameters)
	if err != nil {
		return nil, err
	}
	s := &stack{Stack: resolved, architectures: map[string]string{}, express: map[string]bool{}, maps: map[string]string{}}
	if err := s.takeMachine(); err != nil {
		return nil, err
	}
	return s, s.takeFunctions(a)
}

func (s *stack) takeMachine() error {
	machines := s.OfType("AWS::StepFunctions::StateMachine")
	if len(machines) != 1 {
		return fmt.Errorf("the template has %d state machines, want 1", len(machines))
	}
	m := machines[0]
	s.machineARN = m.Ref
	s.roleARN = text(m, "RoleArn")
	var err error
	if s.machine, err = interpreter.Load(m.Definition); err != nil {
		return fmt.Errorf("the state machine, which Step Functions would reject:\n%w", err)
	}
	return s.takeMaps(m.Definition)
}

// takeMaps finds the labels of Express maps, for their cost, and the first step
// of each map.
func (s *stack) takeMaps(definition []byte) error {
	type scope struct {
		StartAt         string
		ProcessorConfig struct{ ExecutionType string }
		States          map[string]struct {
			Label         string
			ItemProcessor json.RawMessage
		}
	}
	var of scope
	if err := json.Unmarshal(definition, &of); err != nil {
		return fmt.Errorf("reading the state machine: %w", err)
	}
	for name, state := range of.States {
		if state.ItemProcessor == nil {
			continue
		}
		var inner scope
		if err := json.Unmarshal(state.ItemProcessor, &inner); err != nil {
			return fmt.Errorf("reading the state machine: %w", err)
		}
		s.maps[name] = inner.StartAt
		s.express[state.Label] = inner.ProcessorConfig.ExecutionType == "EXPRESS"
		if err := s.takeMaps(state.ItemProcessor); err != nil {
			return err
		}
	}
	return nil
}

// takeFunctions pairs each function with the image whose digest it names.
func (s *stack) takeFunctions(a Artifacts) error {
	var problems []error
	for _, r := range s.OfType("AWS::Lambda::Function") {
		image, err := a.imageOf(r)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		env := map[string]string{}
		for name, value := range object(object(r.Properties, "Environment"), "Variables") {
			env[name] = fmt.Sprint(value)
		}
		s.bucket = env["LOKKI_ARTIFACT_BUCKET"]
		s.functionRole = text(r, "Role")
		for _, architecture := range array(r.Properties, "Architectures") {
			s.architectures[r.Ref] = fmt.Sprint(architecture)
		}
		s.functions = append(s.functions, lambda.Function{
			ARN:              r.Attributes["Arn"],
			Name:             r.Ref,
			Image:            image,
			Env:              env,
			Memory:           number(r.Properties, "MemorySize", 128),
			Timeout:          number(r.Properties, "Timeout", 3),
			EphemeralStorage: number(object(r.Properties, "EphemeralStorage"), "Size", 512),
		})
	}
	return errors.Join(problems...)
}

// imageOf finds the folder of the image that a function runs.
func (a Artifacts) imageOf(r template.Resource) (string, error) {
	uri, _ := object(r.Properties, "Code")["ImageUri"].(string)
	for _, i := range a.Images {
		if !strings.HasSuffix(uri, "/"+i.Repository+"@"+i.Digest) {
			continue
		}
		for _, s := range a.Steps {
			if s.Target == i.Target {
				return s.Image, nil
			}
		}
	}
	return "", fmt.Errorf("%s: function %s has the image %s, which is not one of the flow's:\n%s", r.Position, r.LogicalID, uri, list(a.Images))
}

func list(all images.List) string {
	var b strings.Builder
	for _, i := range all {
		fmt.Fprintf(&b, "  %s@%s (%s)\n", i.Repository, i.Digest, i.Target)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// The properties of resources; a valid template has the right types.

func text(r template.Resource, property string) string {
	s, _ := r.Properties[property].(string)
	return s
}

func object(of map[string]any, property string) map[string]any {
	o, _ := of[property].(map[string]any)
	return o
}

func array(of map[string]any, property string) []any {
	a, _ := of[property].([]any)
	return a
}

// number reads a number however the template writes it, or returns AWS's
// default.
func number(of map[string]any, property string, otherwise int) int {
	var n int
	if value, ok := of[property]; ok {
		if _, err := fmt.Sscan(fmt.Sprint(value), &n); err == nil {
			return n
		}
	}
	return otherwise
}
