package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// ensureRepository creates a repository that is missing, and gives one without a
// policy the one that Lambda needs: an earlier call may have been interrupted
// between the two.
func (r *Registry) ensureRepository(ctx context.Context, repository string) error {
	_, err := r.ecr.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RegistryId: &r.owner, RepositoryNames: []string{repository}})
	if missing := new(types.RepositoryNotFoundException); errors.As(err, &missing) {
		err = r.createRepository(ctx, repository)
	}
	if err != nil {
		return err
	}
	_, err = r.ecr.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RegistryId: &r.owner, RepositoryName: &repository})
	if missing := new(types.RepositoryPolicyNotFoundException); !errors.As(err, &missing) {
		return err
	}
	policy, err := json.Marshal(r.pullPolicy())
	if err != nil {
		return err
	}
	if _, err := r.ecr.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RegistryId: &r.owner, RepositoryName: &repository, PolicyText: aws.String(string(policy))}); err != nil {
		return fmt.Errorf("allowing Lambda to read it: %w", err)
	}
	return nil
}

func (r *Registry) createRepository(ctx context.Context, repository string) error {
	encryption := &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeAes256}
	if r.KMSKey != "" {
		encryption = &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms, KmsKey: &r.KMSKey}
	}
	tags := []types.Tag{{Key: aws.String("lokki:flow"), Value: &r.Flow}}
	for _, key := range slices.Sorted(maps.Keys(r.Tags)) {
		tags = append(tags, types.Tag{Key: &key, Value: aws.String(r.Tags[key])})
	}
	_, err := r.ecr.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RegistryId:                 &r.owner,
		RepositoryName:             &repository,
		ImageTagMutability:         types.ImageTagMutabilityImmutable,
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
		EncryptionConfiguration:    encryption,
		Tags:                       tags,
	})
	if exists := new(types.RepositoryAlreadyExistsException); errors.As(err, &exists) {
		return nil // another deployment was faster
	}
	if err != nil && r.owner != r.Account.ID {
		return fmt.Errorf("%w\nhint: create it in account %s, with a policy that lets account %s push and its functions pull", err, r.owner, r.Account.ID)
	}
	return err
}

// pullPolicy lets the Lambdas of the stack's account and Region read the images.
// In a registry of another account, the account itself needs permission too
// (https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions).
func (r *Registry) pullPolicy() map[string]any {
	pull := []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
	partition := "aws"
	if parts := splitARN(r.Account.Caller); len(parts) > 1 {
		partition = parts[1]
	}
	statements := []any{map[string]any{
		"Sid": "Lambda", "Effect": "Allow", "Principal": map[string]any{"Service": "lambda.amazonaws.com"}, "Action": pull,
		"Condition": map[string]any{"StringLike": map[string]any{
			"aws:sourceArn": fmt.Sprintf("arn:%s:lambda:%s:%s:function:*", partition, r.Account.Region, r.Account.ID)}},
	}}
	if r.owner != r.Account.ID {
		statements = append(statements, map[string]any{
			"Sid": "Account", "Effect": "Allow", "Action": pull,
			"Principal": map[string]any{"AWS": fmt.Sprintf("arn:%s:iam::%s:root", partition, r.Account.ID)},
		})
	}
	return map[string]any{"Version": "2012-10-17", "Statement": statements}
}

// Remove deletes the stack's tags from repositories, and with its last tag an
// image; then the repository, if nothing is left in it.
func (r *Registry) Remove(ctx context.Context, repositories []string, owner string) (removed []string, err error) {
	r.ecr, r.owner = ecr.NewFromConfig(r.Account.Config), owner
	for _, repository := range repositories {
		tags, left, err := r.stackTags(ctx, repository)
		if missing := new(types.RepositoryNotFoundException); errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return removed, account.Explain(fmt.Errorf("listing the images of %s: %w", repository, err))
		}
		for chunk := range slices.Chunk(tags, 100) {
			out, err := r.ecr.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RegistryId: &r.owner, RepositoryName: &repository, ImageIds: chunk})
			if err != nil {
				return removed, account.Explain(fmt.Errorf("deleting images of %s: %w", repository, err))
			}
			for _, f := range out.Failures {
				if f.FailureCode != types.ImageFailureCodeImageNotFound {
					return removed, fmt.Errorf("deleting an image of %s: %s", repository, aws.ToString(f.FailureReason))
				}
			}
		}
		if left > 0 {
			continue
		}
		_, err = r.ecr.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RegistryId: &r.owner, RepositoryName: &repository})
		if inUse := new(types.RepositoryNotEmptyException); errors.As(err, &inUse) {
			continue
		}
		if err != nil {
			return removed, account.Explain(fmt.Errorf("deleting the repository %s: %w", repository, err))
		}
		removed = append(removed, repository)
	}
	return removed, nil
}

// stackTags returns the stack's tags in a repository, and how many images and
// tags others have there.
func (r *Registry) stackTags(ctx context.Context, repository string) (own []types.ImageIdentifier, others int, err error) {
	prefix := tagPrefix(r.Account.ID, r.Account.Region, r.Stack)
	pages := ecr.NewListImagesPaginator(r.ecr, &ecr.ListImagesInput{RegistryId: &r.owner, RepositoryName: &repository})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, 0, err
		}
		for _, id := range page.ImageIds {
			if tag := aws.ToString(id.ImageTag); len(tag) > len(prefix) && tag[:len(prefix)] == prefix {
				own = append(own, types.ImageIdentifier{ImageTag: id.ImageTag})
			} else {
				others++
			}
		}
	}
	return own, others, nil
}
