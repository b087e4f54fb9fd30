package cfn

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// The template is built from YAML nodes, not Go maps: their order is the order
// in the file, and CloudFormation's short forms (!Ref) are tags.

// object is a mapping of alternating keys (strings) and values (see node).
func object(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	return add(n, pairs...)
}

// add appends alternating keys and values to a mapping. A nil value, for a
// property that isn't needed, is left out with its key.
func add(n *yaml.Node, pairs ...any) *yaml.Node {
	for i := 0; i < len(pairs); i += 2 {
		if value := node(pairs[i+1]); value != nil {
			n.Content = append(n.Content, text(pairs[i].(string)), value)
		}
	}
	return n
}

func list(values ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, v := range values {
		if value := node(v); value != nil {
			n.Content = append(n.Content, value)
		}
	}
	return n
}

// node makes a node from a string, a number, a boolean or a node. A nil
// *yaml.Node stays nil.
func node(v any) *yaml.Node {
	switch v := v.(type) {
	case *yaml.Node:
		return v
	case string:
		return text(v)
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(v)}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
	}
	panic(fmt.Sprintf("no YAML form of %T", v))
}

func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if hasOtherType(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// hasOtherType reports whether some YAML parser may read a string as another
// type. CloudFormation reads YAML 1.1, where off is a boolean and 1:30 a
// number; the encoder knows only YAML 1.2. Quoting more than necessary does no
// harm. (A regular expression would take a tenth of the time of generating a
// template.)
func hasOtherType(s string) bool {
	if len(s) <= len("false") {
		switch strings.ToLower(s) {
		case "", "~", "=", "<<", "null", "y", "n", "yes", "no", "on", "off", "true", "false", ".inf", "-.inf", "+.inf", ".nan":
			return true
		}
	}
	number := strings.TrimLeft(s, "-+.")
	return number != "" && number[0] >= '0' && number[0] <= '9'
}

// block is a multi-line string, verbatim.
func block(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.LiteralStyle}
}

// The intrinsic functions.

func ref(name string) *yaml.Node { return tagged("!Ref", name) }

func getAtt(resource, attribute string) *yaml.Node {
	return tagged("!GetAtt", resource+"."+attribute)
}

func sub(format string) *yaml.Node { return tagged("!Sub", format) }

// subWith is a Sub with variables: alternating names and values.
func subWith(format string, variables ...any) *yaml.Node {
	n := list(format, object(variables...))
	n.Tag = "!Sub"
	return n
}

// fnIf is the first value if the condition holds, otherwise the second.
func fnIf(condition string, yes, no any) *yaml.Node {
	n := list(condition, yes, no)
	n.Tag, n.Style = "!If", yaml.FlowStyle
	return n
}

// noValue omits a property or an element.
const noValue = "AWS::NoValue"

// ifOrNoValue is a large multi-line value that is present only if the condition holds.
func ifOrNoValue(condition string, value *yaml.Node) *yaml.Node {
	n := fnIf(condition, value, ref(noValue))
	n.Style = 0
	return n
}

// isEmpty is the condition that a parameter has no value.
func isEmpty(parameter string) *yaml.Node { return equals(parameter, "") }

// equals is the condition that a parameter has the value.
func equals(parameter, value string) *yaml.Node {
	n := list(ref(parameter), value)
	n.Tag, n.Style = "!Equals", yaml.FlowStyle
	return n
}

// notEmpty is the condition that a parameter has a value.
func notEmpty(parameter string) *yaml.Node {
	n := list(isEmpty(parameter))
	n.Tag, n.Style = "!Not", yaml.FlowStyle
	return n
}

func tagged(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// chunk is how many entries of a section are encoded at once. The encoder keeps
// all events of a document, so its cost grows faster than the document.
const chunk = 10

// encode writes a template: a mapping of sections, which are mappings too.
func encode(template *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	for i := 0; i < len(template.Content); i += 2 {
		key, section := template.Content[i], template.Content[i+1]
		if len(section.Content) <= 2*chunk {
			if err := encodeInto(&b, "", object(key.Value, section)); err != nil {
				return nil, err
			}
			continue
		}
		b.WriteString(key.Value + ":\n")
		for entries := range slices.Chunk(section.Content, 2*chunk) {
			if err := encodeInto(&b, "  ", &yaml.Node{Kind: yaml.MappingNode, Content: entries}); err != nil {
				return nil, err
			}
		}
	}
	return b.Bytes(), nil
}

// encodeInto appends n, with indent in front of each non-empty line.
func encodeInto(b *bytes.Buffer, indent string, n *yaml.Node) error {
	var document bytes.Buffer
	enc := yaml.NewEncoder(&document)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return fmt.Errorf("encoding the template: %w", err)
	}
	for line := range bytes.Lines(document.Bytes()) {
		if len(line) > 1 {
			b.WriteString(indent)
		}
		b.Write(line)
	}
	return nil
}
