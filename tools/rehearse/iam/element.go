package iam

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// patterns are the values of an element such as Action, or of its negation.
type patterns struct {
	all     []pattern
	negated bool
}

func (p patterns) match(subject string, c context) bool {
	for _, one := range p.all {
		if one.match(subject, c) {
			return !p.negated
		}
	}
	return p.negated
}

func (p patterns) String() string {
	var texts []string
	for _, one := range p.all {
		texts = append(texts, one.text)
	}
	list := strings.Join(texts, ", ")
	if p.negated {
		return "all but " + list
	}
	return list
}

// readPatterns reads an element, or its negation.
func readPatterns(elements map[string]any, name string, read func(string) (pattern, error)) (patterns, error) {
	value, ok := elements[name]
	not, isNot := elements["Not"+name]
	switch {
	case ok == isNot:
		return patterns{}, fmt.Errorf("a statement must have one of %s and Not%s", name, name)
	case isNot:
		value, name = not, "Not"+name
	}
	p := patterns{negated: isNot}
	texts, err := texts(name, value)
	if err != nil {
		return p, err
	}
	var problems []error
	for _, text := range texts {
		one, err := read(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s %q: %w", name, text, err))
		}
		p.all = append(p.all, one)
	}
	return p, errors.Join(problems...)
}

// texts reads a string or a non-empty list of strings. Numbers and booleans are
// read as strings, because their quotes may be omitted in a policy.
func texts(name string, value any) ([]string, error) {
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	var all []string
	for _, item := range items {
		switch item := item.(type) {
		case string:
			all = append(all, item)
		case bool, int64, float64:
			all = append(all, fmt.Sprint(item))
		default:
			return nil, fmt.Errorf("%s must be a string or a list of strings", name)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return all, nil
}

var actionForm = regexp.MustCompile(`^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$`)

// readAction reads a pattern of actions, which are case-insensitive
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html).
func readAction(text string) (pattern, error) {
	if !actionForm.MatchString(text) {
		return pattern{}, errors.New("not an action\nhint: write it as in s3:GetObject")
	}
	return newPattern(strings.ToLower(text), wildcards)
}

// readResource reads a pattern of ARNs
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
func readResource(text string, hasVariables bool) (pattern, error) {
	if text != "*" {
		if parts := strings.SplitN(text, ":", 6); len(parts) < 6 || parts[0] != "arn" || strings.ContainsAny(parts[2], "*?") {
			return pattern{}, errors.New("not an ARN\nhint: write it as in arn:aws:s3:::bucket/*")
		}
	}
	has := wildcards | segments
	if hasVariables {
		has |= variables
	}
	return newPattern(text, has)
}

// principal is whom a statement of a resource or trust policy applies to.
type principal struct {
	anyone   bool
	roles    []string // ARNs of roles, or of accounts
	services []string // as in "lambda.amazonaws.com"
}

var (
	accountForm   = regexp.MustCompile(`^([0-9]{12}|arn:[a-z-]+:iam::[0-9]{12}:root)$`)
	principalForm = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:role/[^*?]+$`)
	serviceForm   = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`)
)

// readPrincipal reads the kinds of principals that lokki's roles need
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
func readPrincipal(value any) (principal, error) {
	if value == "*" {
		return principal{anyone: true}, nil
	}
	kinds, ok := value.(map[string]any)
	if !ok || len(kinds) == 0 {
		return principal{}, errors.New(`the Principal must be "*" or an object`)
	}
	var p principal
	for _, kind := range sortedKeys(kinds) {
		names, err := texts("Principal."+kind, kinds[kind])
		if err != nil {
			return p, err
		}
		for _, name := range names {
			switch {
			case kind == "AWS" && name == "*":
				p.anyone = true
			case kind == "AWS" && (accountForm.MatchString(name) || principalForm.MatchString(name)):
				p.roles = append(p.roles, name)
			case kind == "Service" && serviceForm.MatchString(name):
				p.services = append(p.services, name)
			default:
				return p, fmt.Errorf("the principal %s %q is not supported here", kind, name)
			}
		}
	}
	return p, nil
}

// isRole reports whether the principal is a role. The account as a principal leaves
// it to the account's own policies to allow a call, so it matters only in a Deny.
func (p principal) isRole(r *Role, allow bool) bool {
	if p.anyone || slices.Contains(p.roles, r.ARN) {
		return true
	}
	root := r.account.root()
	return !allow && (slices.Contains(p.roles, root) || slices.Contains(p.roles, r.account.id))
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
