package stack

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// Resource is a resource of a stack.
type Resource struct {
	ID, Type, Name string // Name is its physical id
	Kept           bool   // the stack was deleted without it
}

// Resources lists the resources of a stack, which may be deleted if it is named by
// its id.
func (s *Stack) Resources(ctx context.Context, nameOrID string) ([]Resource, error) {
	var all []Resource
	pages := cloudformation.NewListStackResourcesPaginator(s.Client, &cloudformation.ListStackResourcesInput{StackName: &nameOrID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(fmt.Errorf("listing the resources of the stack %s: %w", s.Name, err))
		}
		for _, r := range page.StackResourceSummaries {
			if r.ResourceStatus == types.ResourceStatusDeleteComplete {
				continue
			}
			all = append(all, Resource{aws.ToString(r.LogicalResourceId), aws.ToString(r.ResourceType), aws.ToString(r.PhysicalResourceId),
				r.ResourceStatus == types.ResourceStatusDeleteSkipped})
		}
	}
	return all, nil
}

// Deleted returns the id of the newest deleted stack of this name, or "".
// CloudFormation remembers them for 90 days.
func (s *Stack) Deleted(ctx context.Context) (string, error) {
	pages := cloudformation.NewListStacksPaginator(s.Client, &cloudformation.ListStacksInput{StackStatusFilter: []types.StackStatus{types.StackStatusDeleteComplete}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", account.Explain(fmt.Errorf("looking for a deleted stack %s: %w", s.Name, err))
		}
		for _, one := range page.StackSummaries { // newest first
			if aws.ToString(one.StackName) == s.Name {
				return aws.ToString(one.StackId), nil
			}
		}
	}
	return "", nil
}

// Delete deletes the stack and follows that to its end.
func (s *Stack) Delete(ctx context.Context, state State, report func(Event)) error {
	f, err := s.follow(ctx, state.ID)
	if err != nil {
		return err
	}
	if _, err := s.Client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &state.ID, ClientRequestToken: aws.String("lokki-" + rand.Text())}); err != nil {
		return s.refused(fmt.Errorf("deleting the stack %s: %w", s.Name, err))
	}
	end, err := f.toEnd(ctx, report)
	if err != nil {
		return err
	}
	if end.Status != types.StackStatusDeleteComplete && end.Status != "" {
		return fmt.Errorf("the stack %s is not deleted: it is %s\n%s", s.Name, end.Status, f.failures())
	}
	return nil
}
