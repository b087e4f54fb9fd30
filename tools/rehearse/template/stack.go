package template

import (
	"encoding/json"
	"slices"
)

// Stack is a template in an environment.
type Stack struct {
	Name, ID, Account, Region, Partition string

	Resources []Resource // those that are created, in the template's order
	Outputs   []Output
}

// Resource is a resource as it would be created.
type Resource struct {
	LogicalID  string
	Type       string
	Position   string            // where it is declared, as in "birds.template.yaml:12:3"
	Ref        string            // what Ref gives
	Attributes map[string]string // what Fn::GetAtt gives
	Properties map[string]any    // of strings, numbers, booleans, lists and further maps
	Needs      []string          `json:",omitempty"` // logical ids of the resources to be created before it, sorted
	Definition json.RawMessage   `json:",omitempty"` // of a state machine, after its substitutions
}

// Output is an output of a stack.
type Output struct {
	Name, Value string
	Export      string // the name under which other stacks import it, or ""
}

// Resource returns the resource with a logical id.
func (s *Stack) Resource(id string) (Resource, bool) {
	i := slices.IndexFunc(s.Resources, func(r Resource) bool { return r.LogicalID == id })
	if i < 0 {
		return Resource{}, false
	}
	return s.Resources[i], true
}

// OfType returns the resources of a type, in the template's order.
func (s *Stack) OfType(of string) []Resource {
	var all []Resource
	for _, r := range s.Resources {
		if r.Type == of {
			all = append(all, r)
		}
	}
	return all
}

// Output returns the value of an output.
func (s *Stack) Output(name string) (string, bool) {
	i := slices.IndexFunc(s.Outputs, func(o Output) bool { return o.Name == name })
	if i < 0 {
		return "", false
	}
	return s.Outputs[i].Value, true
}
