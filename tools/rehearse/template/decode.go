package template

import (
	"fmt"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// Decode stores the properties in a struct whose yaml tags are the properties' names.
// Like AWS it converts between "512" and 512, as the struct needs. Properties without
// a field are ignored.
func (r Resource) Decode(into any) error {
	if err := toNode(r.Properties).Decode(into); err != nil {
		return fmt.Errorf("%s: reading the properties of %s: %w", r.Position, r.LogicalID, err)
	}
	return nil
}

// otherType are strings that are a number or a boolean where one is expected.
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
