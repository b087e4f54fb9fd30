// Package stack creates, updates and deletes the CloudFormation stack of a flow
// by change sets, and says what happens in words.
package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// Stack is a stack that exists or is to be created.
type Stack struct {
	Client *cloudformation.Client
	Name   string
	Call   string        // how the user runs the program, for hints
	Poll   time.Duration // between two looks at what happens
}

// New returns the stack with a name in an account.
func New(a account.Account, name, call string) *Stack {
	poll := 2 * time.Second
	if a.Loopback() != nil {
		poll = 50 * time.Millisecond // an emulator is quick and has no rate limits
	}
	return &Stack{Client: cloudformation.NewFromConfig(a.Config), Name: name, Call: call, Poll: poll}
}

// State is what CloudFormation says of a stack. The zero State is of one that
// doesn't exist.
type State struct {
	ID        string
	Status    types.StackStatus
	Reason    string
	Protected bool // against deletion
	Outputs   map[string]string
}

// Exists reports whether there is anything to update: a change set for a new stack
// leaves an empty one in review.
func (s State) Exists() bool { return s.Status != "" && s.Status != types.StackStatusReviewInProgress }

// State looks the stack up.
func (s *Stack) State(ctx context.Context) (State, error) { return s.state(ctx, s.Name) }

// state looks a stack up by name, or by id, which also finds deleted ones.
func (s *Stack) state(ctx context.Context, nameOrID string) (State, error) {
	out, err := s.Client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &nameOrID})
	if account.Code(err) == "ValidationError" && strings.Contains(err.Error(), "does not exist") {
		return State{}, nil // this error has no type of its own
	}
	if err != nil {
		return State{}, account.Explain(fmt.Errorf("looking at the stack %s: %w", s.Name, err))
	}
	if len(out.Stacks) == 0 {
		return State{}, nil
	}
	of := out.Stacks[0]
	state := State{ID: aws.ToString(of.StackId), Status: of.StackStatus, Reason: aws.ToString(of.StackStatusReason),
		Protected: aws.ToBool(of.EnableTerminationProtection), Outputs: map[string]string{}}
	for _, o := range of.Outputs {
		state.Outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	return state, nil
}

// Empty reports whether the stack is what a failed first deployment left: it has no
// resources, and can only be deleted.
func (s State) Empty() bool { return s.Status == types.StackStatusRollbackComplete }

func inProgress(s types.StackStatus) bool {
	return strings.HasSuffix(string(s), "_IN_PROGRESS") && s != types.StackStatusReviewInProgress
}

// ErrInProgress is the error of a stack that something else is changing.
var ErrInProgress = errors.New("another deployment is in progress")

// Ready reports why a stack can't be updated, and the way out.
func (s *Stack) Ready(state State) error {
	switch status := state.Status; {
	case inProgress(status):
		return fmt.Errorf("%w: the stack %s is %s\nhint: wait for it with --wait, or repeat the command later", ErrInProgress, s.Name, status)
	case status == types.StackStatusRollbackComplete, status == types.StackStatusRollbackFailed, status == types.StackStatusCreateFailed:
		return fmt.Errorf("the stack %s is stuck: its first deployment failed (%s), and such a stack can only be deleted\nhint: %s destroy, then deploy again",
			s.Name, status, s.Call)
	case status == types.StackStatusDeleteFailed:
		return fmt.Errorf("the stack %s is stuck: its deletion failed: %s\nhint: remove what holds it up, then %s destroy", s.Name, state.Reason, s.Call)
	case status == types.StackStatusUpdateRollbackFailed:
		return fmt.Errorf("the stack %s is stuck: an update failed, and so did going back: %s\n"+
			"hint: repair what the events of the stack name, then: aws cloudformation continue-update-rollback --stack-name %s", s.Name, state.Reason, s.Name)
	case status == types.StackStatusUpdateFailed:
		return fmt.Errorf("the stack %s is stuck: an update without rollback failed: %s\n"+
			"hint: aws cloudformation rollback-stack --stack-name %s, then deploy again", s.Name, state.Reason, s.Name)
	}
	return nil
}

// Await waits until nothing is changing the stack.
func (s *Stack) Await(ctx context.Context) (State, error) {
	for {
		state, err := s.State(ctx)
		if err != nil || !inProgress(state.Status) {
			return state, err
		}
		if err := s.pause(ctx); err != nil {
			return state, err
		}
	}
}

func (s *Stack) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(s.Poll):
		return nil
	}
}

// Deployed returns the stack's template as it was deployed.
func (s *Stack) Deployed(ctx context.Context) ([]byte, error) {
	out, err := s.Client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: &s.Name, TemplateStage: types.TemplateStageOriginal})
	if err != nil {
		return nil, account.Explain(fmt.Errorf("reading the template of the stack %s: %w", s.Name, err))
	}
	return []byte(aws.ToString(out.TemplateBody)), nil
}
