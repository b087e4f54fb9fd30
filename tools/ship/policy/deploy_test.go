package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// covered are the types that have a statement of their own outside kinds, or none:
// a policy belongs to its bucket, queue or role.
var covered = []string{"AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}

func TestEveryResourceMayBeMade(t *testing.T) {
	files, err := filepath.Glob("../../cfn/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, k := range kinds {
		covered = append(covered, k.types...)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^    Type: (AWS::\S+)`).FindAllStringSubmatch(string(data), -1) {
			if !slices.Contains(covered, m[1]) {
				t.Errorf("%s: the policy of who deploys has nothing for %s", file, m[1])
			}
		}
	}
}

// birds is a stack of a template of lokki's.
func birds(t *testing.T, parameters map[string]string) *template.Stack {
	t.Helper()
	data, err := os.ReadFile("../../cfn/testdata/schedule.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(data), "-- template.yaml --\n")
	parsed, err := template.Read("template.yaml", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	s, err := parsed.Resolve(template.Environment{Account: "123456789012", Region: "eu-west-1", Stack: "birds-flow"}, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func input(s *template.Stack) Input {
	return Input{Stack: s, Flow: "birds-flow", Prefix: "lokki", Inline: true,
		Repositories: []string{"123456789012.dkr.ecr.eu-west-1.amazonaws.com/birds-flow/get-birds", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/birds-flow/flap-bird"}}
}

// TestLeast: only what AWS offers no narrower resource for is allowed on all.
func TestLeast(t *testing.T) {
	for _, d := range []Document{input(birds(t, nil)).Deploy(), input(birds(t, nil)).Run()} {
		for _, s := range d.Statement {
			if slices.Contains(s.Resource, "*") && !slices.Contains([]string{"RegistryLogin", "DeletedStacks", "LogDelivery"}, s.Sid) {
				t.Errorf("%s is allowed on everything", s.Sid)
			}
			for _, a := range s.Action {
				if strings.Contains(a, "*") {
					t.Errorf("%s allows %s", s.Sid, a)
				}
			}
			for _, r := range s.Resource {
				if r != "*" && !strings.Contains(r, "birds-flow") {
					t.Errorf("%s allows %s, which names neither the stack nor the flow", s.Sid, r)
				}
			}
		}
	}
}

// TestGivenRoles: nobody may make roles or pass others where roles are given.
func TestGivenRoles(t *testing.T) {
	role := func(name string) string { return "arn:aws:iam::123456789012:role/" + name }
	in := input(birds(t, map[string]string{"PipelineRoleArn": role("p"), "LambdaRoleArn": role("l"), "SchedulerRoleArn": role("s"), "ArtifactBucketName": "values"}))
	text, err := json.Marshal(in.Deploy())
	if err != nil {
		t.Fatal(err)
	}
	for _, absent := range []string{"iam:CreateRole", "role/birds-flow-", "s3:CreateBucket"} {
		if strings.Contains(string(text), absent) {
			t.Errorf("%s is in %s", absent, text)
		}
	}
	for _, present := range []string{role("p"), role("l"), role("s"), "arn:aws:s3:::values"} {
		if !strings.Contains(string(text), `"`+present) {
			t.Errorf("%s isn't in %s", present, text)
		}
	}
	in.Role = role("deploy")
	text, err = json.Marshal(in.Deploy())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "lambda:") || !strings.Contains(string(text), `"Resource":["`+in.Role+`"],"Condition":{"StringEquals":{"iam:PassedToService":["cloudformation.amazonaws.com"]}}`) {
		t.Errorf("with a role for CloudFormation: %s", text)
	}
}

func TestTrust(t *testing.T) {
	for environment, want := range map[string]string{"": "repo:acme/birds:ref:refs/heads/main", "prod": "repo:acme/birds:environment:prod"} {
		d := input(birds(t, nil)).Trust("acme/birds", environment)
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `"token.actions.githubusercontent.com:sub":"`+want+`"`) || strings.Contains(string(text), "StringLike") {
			t.Errorf("the trust is %s", text)
		}
	}
}
