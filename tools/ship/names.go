package ship

import (
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/tools/ship/stack"
)

// names says what the resources are called, and which functions have another image
// than in the deployed template.
func (t *target) names(deployed []byte) stack.Names {
	n := stack.Names{Steps: map[string]string{}, NewCode: map[string]bool{}}
	for _, f := range plan.New(t.Graph).Functions() {
		n.Steps[f.ID+"Function"] = f.Name
		n.Steps[f.ID+"LogGroup"] = f.Name
	}
	before, err := digests(deployed)
	if err != nil {
		return n // another tool's template; CloudFormation compares it anyway
	}
	after, _ := digests(t.Template)
	for id, digest := range after {
		if was, ok := before[id]; ok && was != digest {
			n.NewCode[id] = true
		}
	}
	return n
}

var digestForm = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// digests returns the digest of each function's image in a template, by logical id.
func digests(body []byte) (map[string]string, error) {
	var t struct {
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(body, &t); err != nil {
		return nil, fmt.Errorf("reading the deployed template: %w", err)
	}
	all := map[string]string{}
	for id, r := range t.Resources {
		if r.Type != "AWS::Lambda::Function" {
			continue
		}
		text, err := yaml.Marshal(&r.Properties)
		if err != nil {
			return nil, fmt.Errorf("reading the deployed template: %w", err)
		}
		all[id] = digestForm.FindString(string(text))
	}
	return all, nil
}
