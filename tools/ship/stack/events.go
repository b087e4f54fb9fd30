package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// Event is something that happened to a resource.
type Event struct {
	Resource string // its logical id
	Type     string
	Status   string // as in CREATE_COMPLETE
	Reason   string
}

// follower reads the events of one operation.
type follower struct {
	stack   *Stack
	stackID string
	last    string // id of the newest event that was read
	failed  []Event
}

// follow returns a follower of the operation that is about to begin.
func (s *Stack) follow(ctx context.Context, stackID string) (*follower, error) {
	f := &follower{stack: s, stackID: stackID}
	out, err := s.Client.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: &stackID})
	if err != nil {
		return nil, account.Explain(fmt.Errorf("reading the events of the stack %s: %w", s.Name, err))
	}
	if len(out.StackEvents) > 0 { // the newest comes first
		f.last = aws.ToString(out.StackEvents[0].EventId)
	}
	return f, nil
}

// toEnd reports events until the operation has ended.
func (f *follower) toEnd(ctx context.Context, report func(Event)) (State, error) {
	begun := false
	for {
		// The state first: events that precede its end are then in the events. A state that
		// was read before the first event may be the one before the operation.
		current := begun
		state, err := f.stack.state(ctx, f.stackID)
		if err != nil {
			return state, f.interrupted(ctx, err)
		}
		events, err := f.next(ctx)
		if err != nil {
			return state, f.interrupted(ctx, err)
		}
		for _, e := range events {
			begun = true
			if strings.HasSuffix(e.Status, "_FAILED") && !follows(e.Reason) {
				f.failed = append(f.failed, e)
			}
			report(e)
		}
		switch {
		case state.Status == "", state.Status == types.StackStatusDeleteComplete,
			current && !strings.HasSuffix(string(state.Status), "_IN_PROGRESS"),
			current && state.Status == types.StackStatusUpdateCompleteCleanupInProgress:
			return state, nil
		}
		if err := f.stack.pause(ctx); err != nil {
			return state, f.interrupted(ctx, err)
		}
	}
}

func (f *follower) interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("stopped watching: %w; CloudFormation goes on\nhint: %s deploy --wait follows it, and deploys what is still missing", context.Cause(ctx), f.stack.Call)
	}
	return fmt.Errorf("watching the stack: %w", err)
}

// next returns the events since the last call, oldest first.
func (f *follower) next(ctx context.Context) ([]Event, error) {
	var events []Event
	pages := cloudformation.NewDescribeStackEventsPaginator(f.stack.Client, &cloudformation.DescribeStackEventsInput{StackName: &f.stackID})
	newest := ""
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if account.Code(err) == "ValidationError" && strings.Contains(err.Error(), "does not exist") {
			break
		}
		if err != nil {
			return nil, account.Explain(err)
		}
		for _, e := range page.StackEvents {
			id := aws.ToString(e.EventId)
			if newest == "" {
				newest = id
			}
			if id == f.last {
				f.last = newest
				slices.Reverse(events)
				return events, nil
			}
			events = append(events, Event{Resource: aws.ToString(e.LogicalResourceId), Type: aws.ToString(e.ResourceType),
				Status: string(e.ResourceStatus), Reason: aws.ToString(e.ResourceStatusReason)})
		}
	}
	if newest != "" {
		f.last = newest
	}
	slices.Reverse(events)
	return events, nil
}

// follows recognizes failures that are only consequences of another.
func follows(reason string) bool {
	return strings.Contains(reason, "cancelled") || strings.HasPrefix(reason, "The following resource(s) failed")
}

// failures are the causes of a failed operation, each with what to do.
func (f *follower) failures() string {
	if len(f.failed) == 0 {
		return "CloudFormation names no cause\nhint: look at the stack's events in the console"
	}
	var lines []string
	for _, e := range f.failed {
		lines = append(lines, fmt.Sprintf("%s (%s): %s%s", e.Resource, e.Type, e.Reason, hintFor(e.Reason)))
	}
	return strings.Join(lines, "\n")
}

// hints are what to do about reasons that AWS gives.
var hints = []struct{ reason, hint string }{
	{"ImageUri", "the image isn't in the registry, or Lambda may not read it: `push` sends it; check the repository's policy"},
	{"image manifest, config or layer media type", "Lambda can't use the image's base: choose one of a single platform with gzip layers"},
	{"Source image", "the image isn't in the registry: was it removed by a lifecycle rule? `push` sends it again"},
	{"UnreservedConcurrentExecution", "the account allows too few Lambdas at once: ask AWS for a higher quota, or reserve none"},
	{"security token", "the credentials expired during the deployment: log in again and repeat"},
	{"is not authorized to perform", "the caller, or the environment's role, lacks this permission: `permissions deploy` prints what is needed"},
	{"AccessDenied", "the caller, or the environment's role, lacks a permission: `permissions deploy` prints what is needed"},
	{"already exists", "something else has this name: delete it, or give the environment another stack or name"},
	{"CAPABILITY_", "the template has resources that lokki doesn't make: deploy it with CloudFormation itself"},
	{"imit exceeded", "a quota of the account is reached: the Service Quotas console shows it"},
	{"LimitExceeded", "a quota of the account is reached: the Service Quotas console shows it"},
	{"not empty", "empty it, or keep it by removing it from what is deleted"},
	{"Template format error", "build the template again; its size and form are checked there"},
	{"DeploymentConfig", "a stack that was deployed with --express needs --express until a deployment succeeds"},
	{"Throttl", "AWS limits the rate of requests: repeat the command in a minute"},
	{"Rate exceeded", "AWS limits the rate of requests: repeat the command in a minute"},
}

// hintFor is a line of what to do, or "".
func hintFor(reason string) string {
	for _, h := range hints {
		if strings.Contains(reason, h.reason) {
			return "\nhint: " + h.hint
		}
	}
	return ""
}
