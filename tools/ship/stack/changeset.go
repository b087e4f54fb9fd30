package stack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// Template is what a stack is to become.
type Template struct {
	Body       string // or URL
	URL        string // of the template in S3
	Parameters map[string]string
	Tags       map[string]string
	Role       string // that CloudFormation uses, or ""
	Express    bool
}

// ChangeSet is what a deployment would change.
type ChangeSet struct {
	Changes []types.ResourceChange
	stack   *Stack
	id      string
	stackID string
	create  bool
}

// cleanup is the time for undoing what an interrupted command began.
const cleanup = 30 * time.Second

// Propose makes a change set. It is nil if there is nothing to change.
func (s *Stack) Propose(ctx context.Context, state State, t Template) (_ *ChangeSet, err error) {
	in := &cloudformation.CreateChangeSetInput{
		StackName:           &s.Name,
		ChangeSetName:       aws.String("lokki-" + rand.Text()),
		ChangeSetType:       types.ChangeSetTypeUpdate,
		Capabilities:        []types.Capability{types.CapabilityCapabilityIam},
		Parameters:          parameters(t.Parameters),
		Tags:                tags(t.Tags),
		IncludeNestedStacks: aws.Bool(false),
		Description:         aws.String("by lokki"),
	}
	if t.URL != "" {
		in.TemplateURL = &t.URL
	} else {
		in.TemplateBody = &t.Body
	}
	if t.Role != "" {
		in.RoleARN = &t.Role
	}
	create := !state.Exists()
	if create {
		in.ChangeSetType = types.ChangeSetTypeCreate
	}
	if t.Express { // which without the second field disables rollback
		in.DeploymentConfig = &types.DeploymentConfig{Mode: types.DeploymentConfigModeExpress, DisableRollback: aws.Bool(false)}
	}
	out, err := s.Client.CreateChangeSet(ctx, in)
	if err != nil {
		return nil, s.refused(fmt.Errorf("making a change set of the stack %s: %w", s.Name, err))
	}
	c := &ChangeSet{stack: s, id: aws.ToString(out.Id), stackID: aws.ToString(out.StackId), create: create}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Discard(ctx))
		}
	}()
	return c.await(ctx)
}

// await waits for CloudFormation to compute the changes.
func (c *ChangeSet) await(ctx context.Context) (*ChangeSet, error) {
	for {
		out, err := c.stack.Client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{ChangeSetName: &c.id, IncludePropertyValues: aws.Bool(true)})
		if err != nil {
			return c, account.Explain(fmt.Errorf("reading the change set: %w", err))
		}
		switch reason := aws.ToString(out.StatusReason); {
		case out.Status == types.ChangeSetStatusCreateComplete:
			return c, c.read(ctx, out)
		case out.Status == types.ChangeSetStatusFailed && unchanged(reason):
			return nil, c.Discard(ctx)
		case out.Status == types.ChangeSetStatusFailed:
			return c, fmt.Errorf("CloudFormation refuses the change: %s%s", reason, hintFor(reason))
		}
		if err := c.stack.pause(ctx); err != nil {
			return c, err
		}
	}
}

func (c *ChangeSet) read(ctx context.Context, out *cloudformation.DescribeChangeSetOutput) error {
	for {
		for _, change := range out.Changes {
			if change.ResourceChange != nil {
				c.Changes = append(c.Changes, *change.ResourceChange)
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		var err error
		out, err = c.stack.Client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{
			ChangeSetName: &c.id, IncludePropertyValues: aws.Bool(true), NextToken: out.NextToken})
		if err != nil {
			return account.Explain(fmt.Errorf("reading the change set: %w", err))
		}
	}
}

// unchanged recognizes the two forms of CloudFormation's failure to find a change.
func unchanged(reason string) bool {
	return strings.Contains(reason, "didn't contain changes") || strings.Contains(reason, "No updates are to be performed")
}

// Discard deletes the change set, and the empty stack that one for a new stack made.
// It also works after ctx has ended.
func (c *ChangeSet) Discard(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	if _, err := c.stack.Client.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{ChangeSetName: &c.id}); err != nil {
		return account.Explain(fmt.Errorf("deleting the change set: %w", err))
	}
	if !c.create {
		return nil
	}
	state, err := c.stack.state(ctx, c.stackID)
	if err != nil || state.Status != types.StackStatusReviewInProgress {
		return err
	}
	others, err := c.stack.Client.ListChangeSets(ctx, &cloudformation.ListChangeSetsInput{StackName: &c.stackID})
	if err != nil {
		return account.Explain(fmt.Errorf("looking for other change sets: %w", err))
	}
	if len(others.Summaries) > 0 {
		return nil // somebody else is about to create the stack
	}
	if _, err := c.stack.Client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &c.stackID}); err != nil {
		return account.Explain(fmt.Errorf("deleting the empty stack %s: %w", c.stack.Name, err))
	}
	return nil
}

// Execute begins the deployment and follows it to its end. report gets each event
// as it happens. If ctx ends, the deployment goes on.
func (c *ChangeSet) Execute(ctx context.Context, report func(Event)) error {
	f, err := c.stack.follow(ctx, c.stackID)
	if err != nil {
		return err
	}
	in := &cloudformation.ExecuteChangeSetInput{ChangeSetName: &c.id, ClientRequestToken: aws.String("lokki-" + rand.Text())}
	if _, err := c.stack.Client.ExecuteChangeSet(ctx, in); err != nil {
		return errors.Join(c.stack.refused(fmt.Errorf("beginning the deployment: %w", err)), c.Discard(ctx))
	}
	state, err := f.toEnd(ctx, report)
	if err != nil {
		return err
	}
	switch state.Status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateCompleteCleanupInProgress:
		return nil
	}
	end := "the stack is as before"
	if c.create {
		if end, err = c.stack.leaveNothing(ctx, state); err != nil {
			end += "\n" + err.Error()
		}
	} else if err := c.stack.Ready(state); err != nil {
		end = err.Error()
	}
	return fmt.Errorf("the deployment failed; %s\n%s", end, f.failures())
}

// leaveNothing deletes a stack whose first deployment failed. It has been rolled
// back before, which removes also what has the policy RetainExceptOnCreate; to have
// CloudFormation delete it instead (OnStackFailure) might not.
func (s *Stack) leaveNothing(ctx context.Context, state State) (string, error) {
	if state.Status != types.StackStatusDeleteComplete && state.Status != "" {
		if err := s.Delete(ctx, state, func(Event) {}); err != nil {
			return "it left a stack that can't be updated", fmt.Errorf("%w\nhint: %s destroy", err, s.Call)
		}
	}
	return "nothing is left of it", nil
}

// refused explains why CloudFormation doesn't begin an operation.
func (s *Stack) refused(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "IN_PROGRESS") || account.Code(err) == "InvalidChangeSetStatus" || account.Code(err) == "OperationInProgressException" || account.Code(err) == "ChangeSetNotFound":
		return fmt.Errorf("%w: %w\nhint: wait for it with --wait, or repeat the command later", ErrInProgress, err)
	case account.Code(err) == "ValidationError":
		return fmt.Errorf("%w%s", err, hintFor(text))
	}
	return account.Explain(err)
}

func parameters(values map[string]string) []types.Parameter {
	var all []types.Parameter
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, types.Parameter{ParameterKey: &name, ParameterValue: aws.String(values[name])})
	}
	return all
}

func tags(values map[string]string) []types.Tag {
	var all []types.Tag
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, types.Tag{Key: &name, Value: aws.String(values[name])})
	}
	return all
}
