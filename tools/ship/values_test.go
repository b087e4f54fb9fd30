package ship_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/tools/ship/shiptest"
)

// withBucket adds a real S3 server, with a bucket, to a server.
func withBucket(t *testing.T, bucket string) (*shiptest.Server, *s3.Client) {
	t.Helper()
	s := shiptest.Start(t)
	real, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := real.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": real.URL(), "AWS_REGION": s3server.Region,
		"AWS_ACCESS_KEY_ID": s3server.AccessKey, "AWS_SECRET_ACCESS_KEY": s3server.SecretKey} {
		t.Setenv(name, value)
	}
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := s3.NewFromConfig(c)
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	return s, client
}

func put(t *testing.T, client *s3.Client, bucket, key string) {
	t.Helper()
	if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
}

func keys(t *testing.T, client *s3.Client, bucket string) []string {
	t.Helper()
	out, err := client.ListObjectsV2(context.WithoutCancel(t.Context()), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, o := range out.Contents {
		all = append(all, aws.ToString(o.Key))
	}
	slices.Sort(all)
	return all
}

const uuid = "5f2c8a10-9d3b-11f0-8de9-0242ac120002" // of the server's stacks

// TestDestroyWithData: a bucket of the stack's own goes, and from another's only
// the values of its runs.
func TestDestroyWithData(t *testing.T) {
	s, client := withBucket(t, "own-bucket")
	p := build(t, shiptest.Birds())
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	p.expect(0, "deploy --yes")
	s.Stacks.Resources = `<member><LogicalResourceId>ArtifactBucket</LogicalResourceId><PhysicalResourceId>own-bucket</PhysicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType><ResourceStatus>DELETE_SKIPPED</ResourceStatus></member>`
	put(t, client, "own-bucket", "lokki/birds-flow/nightly.9f2c."+uuid+"/join-birds/output.json.gz")
	put(t, client, "own-bucket", "anything")
	p.expect(0, "destroy --yes", "stays    the bucket own-bucket with all values; --data deletes them")
	if got := keys(t, client, "own-bucket"); len(got) != 2 {
		t.Errorf("without --data, these are left: %q", got)
	}
	// The stack is gone, but CloudFormation still knows what it left.
	p.expect(0, "destroy --yes --data", "it is deleted already", "values   2 objects deleted from own-bucket")
	if _, err := client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("own-bucket")}); err == nil {
		t.Error("the bucket is left")
	}
	p.expect(0, "destroy --yes --data", "values   0 objects deleted from own-bucket")
}

func TestDestroyWithDataInAnothersBucket(t *testing.T) {
	s, client := withBucket(t, "shared")
	f := shiptest.Birds()
	f.Config = "artifact_bucket: shared\nprefix: team"
	p := build(t, f)
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	s.Stacks.Output = "<member><OutputKey>ArtifactBucketName</OutputKey><OutputValue>shared</OutputValue></member>"
	p.expect(0, "deploy --yes")
	mine := "team/birds-flow/nightly.9f2c." + uuid + "/join-birds/output.json.gz"
	others := []string{
		"other/birds-flow/nightly.9f2c." + uuid + "/x",
		"team/birds-flow/local/x",
		"team/birds-flow/nightly.9f2c.00000000-9d3b-11f0-8de9-0242ac120002/x",
		"team/geese-flow/nightly.9f2c." + uuid + "/x",
	}
	for _, key := range append(others, mine) {
		put(t, client, "shared", key)
	}
	p.expect(0, "destroy --yes --data", "goes     the values of this stack's runs in the bucket shared", "values   1 objects deleted from shared")
	if got := keys(t, client, "shared"); !slices.Equal(got, others) {
		t.Errorf("these are left: %q, want %q", got, others)
	}
}

// TestLargeTemplate: a template that is too large for a request goes through a bucket.
func TestLargeTemplate(t *testing.T) {
	s, client := withBucket(t, "templates")
	calls := []string{"start StepZero"}
	for i := range 40 {
		calls = append(calls, fmt.Sprintf("then Step%d", i))
	}
	p := build(t, shiptest.Flow{Graph: flowtest.Chain("LongFlow", calls...)})
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	p.expect(1, "diff", "CloudFormation takes more than 51200 only from a bucket", "--template-bucket")
	p.expect(0, "diff --template-bucket templates", "a new stack long-flow")
	request := s.Stacks.ByName["long-flow"].Request
	stored := keys(t, client, "templates")
	if len(stored) != 1 || !strings.HasSuffix(request.Get("TemplateURL"), "/templates/"+stored[0]) || request.Get("TemplateBody") != "" {
		t.Errorf("stored %q, the change set was made from %q", stored, request.Get("TemplateURL"))
	}
}

// TestPermissions: the policy that is printed allows all that the program does, and
// of these services nothing else.
func TestPermissions(t *testing.T) {
	s, f, _ := deployed(t, "environments: {dev: {account: '123456789012', region: eu-west-1}}")
	f.Base, f.Code = "base", map[string]string{"example.com/flows.FlapBird": "new"}
	p := build(t, f)
	s.Stacks.Changes, s.Stacks.Outcome = newCode, shiptest.Succeed("UPDATE")
	s.Running = []string{"nightly"}
	p.expect(0, "deploy --yes")
	s.Stacks.Changes = ""
	p.expect(0, "deploy", "nothing changes")
	p.expect(0, "destroy --yes --images")
	p.expect(0, "destroy --yes --data")
	p.answer = "no\n"
	s.Stacks.ByName, s.Stacks.Changes = map[string]*shiptest.StackState{}, newStack
	p.expect(1, "deploy", "nothing was changed")
	used := s.Actions()

	// These are checked by AWS, not called: tags are given to CreateRepository and
	// CreateChangeSet, and Lambda's own reading of images takes the first two.
	checked := []string{"cloudformation:TagResource", "cloudformation:UntagResource", "ecr:TagResource", "ecr:DescribeImages"}
	s.Forget()
	policy := p.expect(0, "permissions deploy --env dev")
	if s.Calls("") != 0 {
		t.Error("it asked AWS, although the environment says where it is")
	}
	for _, action := range used {
		if !strings.Contains(policy, `"`+action+`"`) {
			t.Errorf("the policy doesn't allow %s", action)
		}
	}
	for _, line := range strings.Split(policy, "\n") {
		action := strings.Trim(line, ` ",`)
		service, _, _ := strings.Cut(action, ":")
		if (service == "ecr" || service == "cloudformation") && !slices.Contains(append(used, checked...), action) {
			t.Errorf("the policy allows %s, which nothing needs", action)
		}
	}
	p.expect(0, "permissions run", "states:StartExecution", "arn:aws:states:eu-west-1:123456789012:stateMachine:birds-flow")
	p.expect(0, "permissions ci --repository acme/birds", "repo:acme/birds:environment:dev", "cloudformation:CreateChangeSet")
	p.expect(2, "permissions ci", "want OWNER/NAME")
	p.expect(2, "permissions", "whose permissions?")
	p.expect(2, "permissions everybody", "give one of deploy, run and ci")
}
