package template

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// functions are the functions that return a value
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html).
var functions = []string{"Ref", "Fn::Base64", "Fn::FindInMap", "Fn::GetAtt", "Fn::If", "Fn::ImportValue",
	"Fn::Join", "Fn::Select", "Fn::Split", "Fn::Sub"}

// call parses a call: a tag, as in !Sub, or a mapping whose only key is a
// function. The argument comes without the tag.
func call(n *yaml.Node) (name string, arg *yaml.Node, ok bool) {
	if short(n) {
		name = strings.TrimPrefix(n.Tag, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		plain := *n
		plain.Tag = map[yaml.Kind]string{yaml.ScalarNode: "!!str", yaml.SequenceNode: "!!seq", yaml.MappingNode: "!!map"}[n.Kind]
		return name, &plain, true
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && isFunction(n.Content[0].Value) {
		return n.Content[0].Value, n.Content[1], true
	}
	return "", nil, false
}

// short reports whether a node's tag is the short form of a function.
func short(n *yaml.Node) bool {
	return strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!")
}

func isFunction(key string) bool { return key == "Ref" || strings.HasPrefix(key, "Fn::") }

// arguments checks the number of a function's arguments.
func (p *parser) arguments(n *yaml.Node, name string, arg *yaml.Node, least, most int) bool {
	count := len(arg.Content)
	if arg.Kind == yaml.SequenceNode && !short(arg) && count >= least && count <= most {
		return true
	}
	want := strconv.Itoa(least)
	if most != least {
		want += " to " + strconv.Itoa(most)
	}
	p.report(n, "", "%s takes a list of %s", name, want)
	return false
}

// function reads a call. After a problem the result is not used.
func (p *parser) function(n *yaml.Node, name string, arg *yaml.Node) expr {
	switch name {
	case "Ref":
		if id, ok := p.text(arg, "the name after Ref"); ok {
			return p.reference(n, id)
		}
	case "Fn::GetAtt":
		return p.getAtt(n, arg)
	case "Fn::Sub":
		return p.sub(n, arg)
	case "Fn::If":
		if p.noResources != "" {
			p.report(n, "", "Fn::If is not allowed %s", p.noResources)
		} else if p.arguments(n, name, arg, 3, 3) {
			return choice{p.named(arg.Content[0]), p.value(arg.Content[1]), p.value(arg.Content[2])}
		}
	case "Fn::Join":
		if p.arguments(n, name, arg, 2, 2) {
			if by, ok := p.text(arg.Content[0], "what Fn::Join puts between"); ok {
				return join{by, p.value(arg.Content[1])}
			}
		}
	case "Fn::Select":
		if p.arguments(n, name, arg, 2, 2) {
			return selection{p.value(arg.Content[0]), p.value(arg.Content[1])}
		}
	case "Fn::Split":
		if p.arguments(n, name, arg, 2, 2) {
			if by, ok := p.text(arg.Content[0], "what Fn::Split divides at"); ok {
				return split{by, p.value(arg.Content[1])}
			}
		}
	case "Fn::FindInMap":
		if p.arguments(n, name, arg, 3, 3) {
			return findInMap{p.value(arg.Content[0]), p.value(arg.Content[1]), p.value(arg.Content[2])}
		}
	case "Fn::Base64":
		return encoded{p.value(arg)}
	case "Fn::ImportValue":
		return imported{p.value(arg)}
	default:
		if slices.Contains(tests, name) {
			p.report(n, "give the condition a name there, and use Fn::If here", "%s is allowed only in Conditions", name)
		} else {
			p.report(n, meant(name, functions), "the function %s is not supported here", name)
		}
	}
	return nil
}

type (
	choice struct { // Fn::If
		condition named
		yes, no   value
	}
	join struct {
		by    string
		items value
	}
	selection struct{ index, items value } // Fn::Select
	split     struct {
		by   string
		text value
	}
	encoded  struct{ text value } // Fn::Base64
	imported struct{ name value } // Fn::ImportValue
)

func (c choice) eval(r *run) (any, problems) {
	holds, problems := c.condition.holds(r)
	switch {
	case problems != nil:
		return nil, problems
	case holds:
		return c.yes.eval(r)
	}
	return c.no.eval(r)
}

func (j join) eval(r *run) (any, problems) {
	items, problems := j.items.list(r, "what Fn::Join joins")
	var texts []string
	for _, item := range items {
		text, ok := scalarText(item)
		if !ok {
			return nil, wrong(j.items.at, "Fn::Join joins strings, not %s", describe(item))
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, j.by), problems
}

func (s selection) eval(r *run) (any, problems) {
	text, all := s.index.text(r, "the index of Fn::Select")
	items, more := s.items.list(r, "what Fn::Select chooses from")
	if all = append(all, more...); all != nil {
		return nil, all
	}
	index, err := strconv.Atoi(text)
	if err != nil || index < 0 || index >= len(items) {
		return nil, wrong(s.index.at, "Fn::Select takes item %s of %d; the first is 0", text, len(items))
	}
	return items[index], nil
}

func (s split) eval(r *run) (any, problems) {
	text, problems := s.text.text(r, "what Fn::Split divides")
	if problems == nil && s.by == "" {
		problems = wrong(s.text.at, "Fn::Split has an empty delimiter")
	}
	items := []any{}
	for _, part := range strings.Split(text, s.by) {
		items = append(items, part)
	}
	return items, problems
}

func (e encoded) eval(r *run) (any, problems) {
	text, problems := e.text.text(r, "what Fn::Base64 encodes")
	return base64.StdEncoding.EncodeToString([]byte(text)), problems
}

func (i imported) eval(r *run) (any, problems) {
	name, all := i.name.text(r, "the name after Fn::ImportValue")
	if all != nil {
		return nil, all
	}
	if v, ok := r.env.Exports[name]; ok {
		return v, nil
	}
	return nil, problems{{i.name.at, "no stack exports " + name, meant(name, keys(r.env.Exports))}}
}
