package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var blank = regexp.MustCompile(`\{([a-z]+|[A-Za-z]+\|[^}]*)\}`)

// expand fills in a form of a resource's kind.
func (r *run) expand(res resource, form string) (string, problems) {
	if slices.Contains(r.naming, res.id) {
		return res.id, nil // a cycle, which is found when all references are known
	}
	r.naming = append(r.naming, res.id)
	defer func(before string) {
		r.naming = r.naming[:len(r.naming)-1]
		r.current = before
	}(r.current)
	r.current = res.id // what its name refers to, it depends on

	var all problems
	filled := blank.ReplaceAllStringFunc(form, func(m string) string {
		text, problems := r.blank(res, m[1:len(m)-1])
		all = append(all, problems...)
		return text
	})
	return filled, all
}

func (r *run) blank(res resource, what string) (string, problems) {
	partition, suffix := r.env.partition()
	switch what {
	case "name":
		return r.name(res)
	case "id":
		return strings.ToUpper(r.unique(res.id))[:17], nil
	case "uuid":
		return r.env.uuid(res.id), nil
	case "account":
		return r.env.Account, nil
	case "region":
		return r.env.Region, nil
	case "partition":
		return partition, nil
	case "suffix":
		return suffix, nil
	}
	property, fallback, _ := strings.Cut(what, "|")
	return r.property(res, property, fallback)
}

// property is the text of a property, or fallback if it isn't set.
func (r *run) property(res resource, name, fallback string) (string, problems) {
	v, ok := res.properties.field(name)
	if !ok {
		return fallback, nil
	}
	got, problems := v.eval(r)
	if _, none := got.(noValue); none || problems != nil {
		return fallback, problems
	}
	text, ok := scalarText(got)
	if !ok {
		return "", wrong(v.at, "%s must be a string, not %s", name, describe(got))
	}
	return text, nil
}

// name is the physical name: the given one, or one like those that CloudFormation
// generates, but the same in each run
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html).
func (r *run) name(res resource) (string, problems) {
	name, problems := r.property(res, res.kind.property, "")
	if problems != nil {
		return "", problems
	}
	if name == "" {
		return r.generated(res), nil
	}
	if len(name) > res.kind.longest {
		v, _ := res.properties.field(res.kind.property)
		return "", wrong(v.at, "%s: the %s %q has %d characters; AWS allows %d", res.id, res.kind.property, name, len(name), res.kind.longest)
	}
	return name, nil
}

// generated is the stack's name, the logical id and 12 characters, each shortened
// as needed.
func (r *run) generated(res resource) string {
	const unique, part = 12, 24
	end := r.unique(res.id)[:unique]
	if !res.kind.lower {
		end = strings.ToUpper(end)
	}
	if res.kind.alone {
		return cut(res.id, res.kind.longest-unique-1) + "-" + end
	}
	id := res.id
	room := res.kind.longest - unique - 2
	if len(r.env.Stack)+len(id) > room {
		id = cut(id, max(part, room-len(r.env.Stack)))
	}
	name := fmt.Sprintf("%s-%s-%s", cut(r.env.Stack, room-len(id)), id, end)
	if res.kind.lower {
		return strings.ToLower(name)
	}
	return name
}

func cut(s string, longest int) string { return s[:min(len(s), longest)] }

// unique is a string of digits and letters for a resource of this stack.
func (r *run) unique(id string) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	sum := r.env.hash(id)
	text := make([]byte, len(sum))
	for i, b := range sum {
		text[i] = digits[int(b)%len(digits)]
	}
	return string(text)
}
