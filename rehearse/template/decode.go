package template

import (
	"fmt"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// Decode writes the properties into a struct whose fields have the properties'
// names as their yaml tags. Like AWS it takes "512" for a number and 512 for a
// text, wherever the struct wants the other. Properties without a field are left out.
func (r Resource) Decode(into any) error {
	if err := toNode(r.Properties).Decode(into); err != nil {
		return fmt.Errorf("%s: reading the properties of %s: %w", r.Position, r.LogicalID, err)
	}
	return nil
}

// otherType are texts that stand for a number or a boolean where one is wanted.
var otherType = regexp.MustCompile(`^(-?(0|[1-9][0-9]*)(\.[0-9]+)?|true|false)$`)

func toNode(v any) *yaml.Node {
	switch v := v.(type) {
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range keys(v) {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, toNode(v[key]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for item := range slices.Values(v) {
			n.Content = append(n.Content, toNode(item))
		}
		return n
	}
	text, _ := scalarText(v)
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	if !otherType.MatchString(text) {
		n.Tag = "!!str"
	}
	return n
}
