package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// Account has the roles and policies of a stack.
type Account struct {
	id        string
	partition string
	roles     []*Role
	owned     []owned
}

// Role is a role with the policies attached to it.
type Role struct {
	ID  string // logical id
	ARN string

	name     string
	tags     map[string]string
	account  *Account
	trust    []statement
	policies []statement // of all its policies
}

// owned is the policy of a bucket or a queue.
type owned struct {
	prefix     string // the prefix of the resources' ARNs
	statements []statement
}

func (a *Account) root() string { return "arn:" + a.partition + ":iam::" + a.id + ":root" }

// Load reads the policies of a stack. The error joins all problems.
func Load(stack *template.Stack) (*Account, error) {
	a := &Account{id: stack.Account, partition: stack.Partition}
	var problems []error
	for _, step := range []struct {
		of   string
		load func(template.Resource) error
	}{
		{"AWS::IAM::Role", a.role},
		{"AWS::IAM::ManagedPolicy", a.managed},
		{"AWS::IAM::Policy", a.inline},
		{"AWS::S3::BucketPolicy", a.bucket},
		{"AWS::SQS::QueuePolicy", a.queue},
	} {
		for _, r := range stack.OfType(step.of) {
			if err := step.load(r); err != nil {
				problems = append(problems, graph.Problem{Position: r.Position, What: err.Error()})
			}
		}
	}
	for _, r := range stack.OfType("AWS::KMS::Key") {
		problems = append(problems, graph.Problem{Position: r.Position, What: r.LogicalID + ": policies of keys are not supported here",
			Hint: "give the key as a parameter"})
	}
	// Roles name managed policies, and managed policies name roles.
	for _, r := range stack.OfType("AWS::IAM::Role") {
		if err := a.attach(r, stack.OfType("AWS::IAM::ManagedPolicy")); err != nil {
			problems = append(problems, graph.Problem{Position: r.Position, What: err.Error()})
		}
	}
	return a, errors.Join(problems...)
}

// Role returns the role with an ARN.
func (a *Account) Role(arn string) (*Role, error) {
	i := slices.IndexFunc(a.roles, func(r *Role) bool { return r.ARN == arn })
	if i < 0 {
		return nil, fmt.Errorf("the role %s is not in the template, so what it may do is not known", arn)
	}
	return a.roles[i], nil
}

// Statements returns the sources of all statements, so that a caller can find
// unused ones.
func (a *Account) Statements() []Source {
	var all []Source
	add := func(statements []statement) {
		for _, s := range statements {
			if !slices.Contains(all, s.source) { // a policy may be attached to several roles
				all = append(all, s.source)
			}
		}
	}
	for _, r := range a.roles {
		add(r.trust)
		add(r.policies)
	}
	for _, o := range a.owned {
		add(o.statements)
	}
	return all
}

// roleProperties are the properties of a role that are supported or don't
// matter.
var roleProperties = []string{"RoleName", "Path", "Description", "AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns", "MaxSessionDuration", "Tags"}

func (a *Account) role(r template.Resource) error {
	for _, name := range sortedKeys(r.Properties) {
		if !slices.Contains(roleProperties, name) {
			return fmt.Errorf("%s: %w", r.LogicalID, unknown("property", name, roleProperties))
		}
	}
	role := &Role{ID: r.LogicalID, ARN: r.Attributes["Arn"], name: r.Ref, tags: map[string]string{}, account: a}
	list, _ := r.Properties["Tags"].([]any)
	for _, tag := range list {
		fields, _ := tag.(map[string]any)
		role.tags[fmt.Sprint(fields["Key"])] = fmt.Sprint(fields["Value"])
	}
	a.roles = append(a.roles, role)
	var err error
	if role.trust, err = read(r.Properties["AssumeRolePolicyDocument"], trust, Source{Resource: r.LogicalID, Policy: "AssumeRolePolicyDocument"}); err != nil {
		return err
	}
	inline, _ := r.Properties["Policies"].([]any)
	var problems []error
	for i, policy := range inline {
		fields, _ := policy.(map[string]any)
		name, ok := fields["PolicyName"].(string)
		if !ok {
			problems = append(problems, fmt.Errorf("%s: Policies[%d] has no PolicyName", r.LogicalID, i))
		}
		statements, err := read(fields["PolicyDocument"], identity, Source{Resource: r.LogicalID, Policy: name})
		problems = append(problems, err)
		role.policies = append(role.policies, statements...)
	}
	return errors.Join(problems...)
}

// inline reads a policy that is a separate resource from the roles it belongs
// to.
func (a *Account) inline(r template.Resource) error {
	name, _ := r.Properties["PolicyName"].(string)
	return a.forRoles(r, name)
}

func (a *Account) managed(r template.Resource) error {
	return a.forRoles(r, "")
}

// forRoles attaches a policy to the roles that it names, and ignores roles outside
// the stack.
func (a *Account) forRoles(r template.Resource, name string) error {
	statements, err := read(r.Properties["PolicyDocument"], identity, Source{Resource: r.LogicalID, Policy: name})
	if err != nil {
		return err
	}
	names, _ := r.Properties["Roles"].([]any)
	for _, role := range a.roles {
		if slices.Contains(names, any(role.name)) {
			role.policies = append(role.policies, statements...)
		}
	}
	return nil
}

// attach adds the managed policies that a role names.
func (a *Account) attach(r template.Resource, managed []template.Resource) error {
	role, err := a.Role(r.Attributes["Arn"])
	if err != nil {
		return nil // already reported
	}
	arns, _ := r.Properties["ManagedPolicyArns"].([]any)
	for _, arn := range arns {
		i := slices.IndexFunc(managed, func(m template.Resource) bool { return m.Ref == arn })
		if i < 0 {
			return fmt.Errorf("%s: the managed policy %v is not in the template, so what it allows is not known\n"+
				"hint: put the permissions that it should give into a policy of the template", r.LogicalID, arn)
		}
		m := managed[i]
		if names, _ := m.Properties["Roles"].([]any); slices.Contains(names, any(role.name)) {
			continue // already attached
		}
		statements, err := read(m.Properties["PolicyDocument"], identity, Source{Resource: m.LogicalID})
		if err != nil {
			return nil // already reported
		}
		role.policies = append(role.policies, statements...)
	}
	return nil
}

func (a *Account) bucket(r template.Resource) error {
	name, _ := r.Properties["Bucket"].(string)
	return a.own(r, "arn:"+a.partition+":s3:::"+name)
}

// queue reads the policy of queues, which it names by their URLs.
func (a *Account) queue(r template.Resource) error {
	urls, _ := r.Properties["Queues"].([]any)
	var problems []error
	for _, url := range urls {
		text, _ := url.(string)
		parts := strings.FieldsFunc(text, func(r rune) bool { return r == '/' || r == '.' })
		if len(parts) < 5 { // https:, sqs, region, …, account, name
			problems = append(problems, fmt.Errorf("%s: %q is not the URL of a queue", r.LogicalID, text))
			continue
		}
		problems = append(problems, a.own(r, fmt.Sprintf("arn:%s:sqs:%s:%s:%s", a.partition, parts[2], parts[len(parts)-2], parts[len(parts)-1])))
	}
	return errors.Join(problems...)
}

func (a *Account) own(r template.Resource, prefix string) error {
	statements, err := read(r.Properties["PolicyDocument"], resource, Source{Resource: r.LogicalID})
	a.owned = append(a.owned, owned{prefix, statements})
	return err
}
