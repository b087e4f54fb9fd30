package template

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/lokki-build/lokki/internal/awslimits"
)

const stateMachine = "AWS::StepFunctions::StateMachine"

// placeholder is what a substitution replaces
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_-]+)\}`)

// definition is the state machine's DefinitionString with its
// DefinitionSubstitutions. AWS would keep a placeholder without a value, and fail
// when the state machine runs.
func (res resource) definition(properties map[string]any) ([]byte, problems) {
	text, ok := properties["DefinitionString"].(string)
	if !ok {
		return nil, wrong(res.at, "%s: the state machine has no DefinitionString", res.id)
	}
	where, _ := res.properties.field("DefinitionString")
	values, ok := properties["DefinitionSubstitutions"].(map[string]any)
	given, isGiven := res.properties.field("DefinitionSubstitutions")
	if isGiven && !ok && properties["DefinitionSubstitutions"] != nil {
		return nil, wrong(given.at, "%s: the DefinitionSubstitutions must be an object", res.id)
	}

	var all problems
	var used []string
	filled := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		used = append(used, name)
		v, ok := values[name]
		if !ok {
			all = append(all, problem{where.at, res.id + ": the definition has " + m + ", for which there is no substitution", meant(name, keys(values))})
			return m
		}
		value, ok := scalarText(v)
		if !ok {
			all = append(all, wrong(given.at, "%s: the substitution %s must be a string, not %s", res.id, name, describe(v))...)
		}
		return value
	})
	for _, name := range keys(values) {
		if !slices.Contains(used, name) {
			all = append(all, problem{given.at, res.id + ": the substitution " + name + " is not used in the definition", meant(name, used)})
		}
	}
	switch {
	case all != nil:
	case len(filled) > awslimits.DefinitionBytes:
		all = wrong(where.at, "%s: the definition has %d bytes; AWS allows %d", res.id, len(filled), awslimits.DefinitionBytes)
	case !json.Valid([]byte(filled)):
		all = wrong(where.at, "%s: the definition is not JSON after its substitutions", res.id)
	}
	return []byte(filled), all
}
