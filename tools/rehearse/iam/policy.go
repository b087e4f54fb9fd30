// Package iam decides, as AWS does, whether a role of a resolved template may make
// a call, and says which statement allows it.
//
// It supports what an account without an organization has: identity-based policies,
// policies of buckets and queues, and trust policies. Anything else, from an
// element of a policy to an operator, is an error when the policies are read: if it
// were ignored, it could allow what AWS denies.
//
// The rules are those of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html.
package iam

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/lokki-build/lokki/internal/suggest"
)

// Source says where a statement is.
type Source struct {
	Resource string // logical id of the resource that has the policy
	Policy   string // the policy's name in it; "" if it has only one
	Sid      string // may be ""
	Index    int    // of the statement in the policy, from 0
}

// String formats the source for people: "LambdaRole, policy values, statement
// Missing".
func (s Source) String() string {
	name := s.Sid
	if name == "" {
		name = fmt.Sprint(s.Index + 1)
	}
	return s.policy() + ", statement " + name
}

func (s Source) policy() string {
	if s.Policy == "" {
		return s.Resource
	}
	return s.Resource + ", policy " + s.Policy
}

// statement is one of a policy's statements.
type statement struct {
	source     Source
	allow      bool
	actions    patterns
	resources  patterns // none in a trust policy, which applies to its role
	principal  principal
	conditions []condition
}

// use is what a policy is for, which determines its elements.
type use int

const (
	identity use = iota // attached to a role
	resource            // of a bucket or a queue
	trust               // who may assume a role
)

var (
	policyElements    = []string{"Version", "Id", "Statement"}
	statementElements = []string{"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

// read reads a policy document. The error joins all problems.
func read(document any, use use, source Source) ([]statement, error) {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %w", source.policy(), fmt.Errorf(format, args...))
	}
	policy, ok := document.(map[string]any)
	if !ok {
		return nil, fail("the document must be an object")
	}
	var problems []error
	for _, name := range sortedKeys(policy) {
		if !slices.Contains(policyElements, name) {
			problems = append(problems, fail("%w", unknown("element", name, policyElements)))
		}
	}
	hasVariables := false
	switch version := policy["Version"]; version {
	case "2012-10-17":
		hasVariables = true
	case nil, "2008-10-17":
	default:
		problems = append(problems, fail("unknown Version %v\nhint: write \"2012-10-17\"", version))
	}
	items, ok := policy["Statement"].([]any)
	if !ok {
		items = []any{policy["Statement"]} // a single statement needs no list
	}
	var statements []statement
	for i, item := range items {
		source := source
		source.Index = i
		s, err := readStatement(item, use, source, hasVariables)
		if err != nil {
			problems = append(problems, err)
		}
		statements = append(statements, s)
	}
	return statements, errors.Join(problems...)
}

var sidForm = regexp.MustCompile(`^[A-Za-z0-9]+$`)

func readStatement(item any, use use, source Source, hasVariables bool) (statement, error) {
	elements, ok := item.(map[string]any)
	sid, _ := elements["Sid"].(string)
	source.Sid = sid
	var problems []error
	fail := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %w", source, fmt.Errorf(format, args...)))
	}
	s := statement{source: source}
	if !ok {
		fail("a statement must be an object")
		return s, errors.Join(problems...)
	}
	for _, name := range sortedKeys(elements) {
		if !slices.Contains(statementElements, name) {
			fail("%w", unknown("element", name, statementElements))
		}
	}
	if given := elements["Sid"]; given != nil && !sidForm.MatchString(sid) {
		fail("the Sid must consist of letters and digits, not %v", given)
	}
	switch effect := elements["Effect"]; effect {
	case "Allow":
		s.allow = true
	case "Deny":
	default:
		fail("the Effect must be Allow or Deny, not %v", effect)
	}
	var err error
	if s.actions, err = readPatterns(elements, "Action", readAction); err != nil {
		fail("%w", err)
	}
	_, isResource := elements["Resource"]
	_, isNotResource := elements["NotResource"]
	switch {
	case use == trust && (isResource || isNotResource):
		fail("a trust policy has no Resource: it applies to its role")
	case use != trust:
		if s.resources, err = readPatterns(elements, "Resource", func(text string) (pattern, error) { return readResource(text, hasVariables) }); err != nil {
			fail("%w", err)
		}
	}
	switch given, ok := elements["Principal"]; {
	case use == identity && ok:
		fail("a role's policy has no Principal: it applies to its role")
	case use != identity:
		if s.principal, err = readPrincipal(given); err != nil {
			fail("%w", err)
		}
	}
	if s.conditions, err = readConditions(elements["Condition"], hasVariables); err != nil {
		fail("%w", err)
	}
	return s, errors.Join(problems...)
}

func unknown(what, name string, names []string) error {
	if near := suggest.Name(name, names); near != "" {
		return fmt.Errorf("unknown %s %s\nhint: did you mean %s?", what, name, near)
	}
	return fmt.Errorf("the %s %s is not supported here", what, name)
}
