package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Check returns the statements that allow a call; any one of them is enough. The
// error is an *AccessDenied if there are none, or if one denies it.
//
// Within one account, a policy of the role counts as much as one of the resource, and one
// statement that denies overrides all that allow
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
func (r *Role) Check(call Call) ([]Source, error) {
	if err := call.check(); err != nil {
		return nil, err
	}
	c := context{call.Context, r}
	denied := &AccessDenied{Principal: r.ARN, Action: call.Action, Resource: call.Resource, policies: "identity-based"}
	var allowed []Source
	for _, s := range r.policies {
		if !s.applies(call, c) {
			continue
		}
		if !s.allow {
			denied.Denied = &s.source
			return nil, denied
		}
		allowed = append(allowed, s.source)
	}
	for _, o := range r.account.owned {
		if call.Resource != o.prefix && !strings.HasPrefix(call.Resource, o.prefix+"/") {
			continue
		}
		for _, s := range o.statements {
			if !s.principal.isRole(r, s.allow) || !s.applies(call, c) {
				continue
			}
			if !s.allow {
				denied.Denied, denied.policies = &s.source, "resource-based"
				return nil, denied
			}
			allowed = append(allowed, s.source)
		}
	}
	if allowed == nil {
		denied.Hint = r.hint(call, c)
		return nil, denied
	}
	return allowed, nil
}

// Assume returns the statements that let a service, as in "lambda.amazonaws.com",
// assume the role.
func (r *Role) Assume(service string, keys map[string][]string) ([]Source, error) {
	call := Call{Action: "sts:AssumeRole", Resource: r.ARN, Context: keys}
	denied := &AccessDenied{Principal: service, Action: call.Action, Resource: r.ARN, policies: "role trust"}
	c := context{keys, nil}
	var allowed []Source
	for _, s := range r.trust {
		if !s.principal.anyone && !slices.Contains(s.principal.services, service) || !s.actions.match("sts:assumerole", c) || s.unmet(c) != nil {
			continue
		}
		if !s.allow {
			denied.Denied = &s.source
			return nil, denied
		}
		allowed = append(allowed, s.source)
	}
	if allowed == nil {
		denied.Hint = r.trustHint(service, c)
		return nil, denied
	}
	return allowed, nil
}

func (s statement) applies(call Call, c context) bool {
	return s.actions.match(strings.ToLower(call.Action), c) && s.resources.match(call.Resource, c) && s.unmet(c) == nil
}

// unmet returns a condition that doesn't hold.
func (s statement) unmet(c context) *condition {
	for i := range s.conditions {
		if !s.conditions[i].holds(c) {
			return &s.conditions[i]
		}
	}
	return nil
}

// hint describes the statements that come closest to allowing a call.
func (r *Role) hint(call Call, c context) string {
	var near []string
	for _, s := range r.policies {
		if !s.allow || !s.actions.match(strings.ToLower(call.Action), c) {
			continue
		}
		if !s.resources.match(call.Resource, c) {
			near = append(near, fmt.Sprintf("%s allows it on %s", s.source, s.resources))
		} else if unmet := s.unmet(c); unmet != nil {
			near = append(near, fmt.Sprintf("%s allows it if %s", s.source, unmet))
		}
	}
	if near == nil {
		return fmt.Sprintf("no statement of %s allows %s on anything", r.ID, call.Action)
	}
	return strings.Join(near, "; ")
}

func (r *Role) trustHint(service string, c context) string {
	for _, s := range r.trust {
		if s.allow && slices.Contains(s.principal.services, service) {
			if unmet := s.unmet(c); unmet != nil {
				return fmt.Sprintf("%s allows it if %s", s.source, unmet)
			}
		}
	}
	return fmt.Sprintf("the AssumeRolePolicyDocument of %s does not name %s", r.ID, service)
}
