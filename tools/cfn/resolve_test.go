package cfn_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	cloudformation "github.com/lokki-build/lokki/rehearse/template"
)

// environments are in partitions whose ARNs and domains differ.
var environments = []cloudformation.Environment{
	{Account: "123456789012", Region: "eu-west-1", Stack: "birds"},
	{Account: "000000000001", Region: "cn-north-1", Stack: "a-stack-whose-name-has-seventy-characters-so-that-the-others-get-short"},
	{Account: "123456789012", Region: "us-gov-west-1", Stack: "b"},
}

// settings are parameters: the defaults, with everything created, and with
// everything given.
var settings = map[string]map[string]string{
	"defaults": {},
	"created":  {"ArtifactBucketName": "", "EcrRepoPrefix": "", "PipelineRoleArn": "", "LambdaRoleArn": ""},
	"given": {
		"ArtifactBucketName": "my-bucket",
		"Prefix":             "team/data",
		"DataExpirationDays": "3650",
		"EcrRepoPrefix":      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team",
		"PipelineRoleArn":    "arn:aws:iam::123456789012:role/path/pipeline",
		"LambdaRoleArn":      "arn:aws-cn:iam::123456789012:role/lambda",
		"LogRetentionDays":   "3653",
		"LogLevel":           "ALL",
	},
}

// TestEveryTemplateResolves: in every environment all references have a target, all
// names fit and the definition's substitutions are complete.
func TestEveryTemplateResolves(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	resolved := 0
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source := file(archive, "template.yaml")
		if source == nil {
			continue // a case of an error
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		read, err := cloudformation.Read(name, source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, env := range environments {
			for which, parameters := range settings {
				stack, err := read.Resolve(env, parameters)
				if err != nil {
					t.Errorf("%s in %s, %s: %v", name, env.Region, which, err)
					continue
				}
				resolved++
				checkStack(t, name+" in "+env.Region+", "+which, stack, parameters)
			}
		}
	}
	if resolved == 0 {
		t.Error("nothing was resolved")
	}
}

func checkStack(t *testing.T, name string, stack *cloudformation.Stack, parameters map[string]string) {
	machine, ok := stack.Resource("StateMachine")
	if !ok {
		t.Errorf("%s: no state machine", name)
		return
	}
	// The machine runs the functions of this stack, in its partition, and no others.
	arns := map[string]bool{}
	for _, f := range stack.OfType("AWS::Lambda::Function") {
		arns[f.Attributes["Arn"]] = false
	}
	for _, field := range strings.FieldsFunc(string(machine.Definition), func(r rune) bool { return r == '"' }) {
		if strings.HasPrefix(field, "arn:") && !strings.HasPrefix(field, "arn:"+stack.Partition+":") {
			t.Errorf("%s: %s is in another partition", name, field)
		}
		if _, ok := arns[field]; ok {
			arns[field] = true
		}
	}
	for arn, used := range arns {
		if !used {
			t.Errorf("%s: the state machine doesn't run %s", name, arn)
		}
	}
	bucket, isCreated := stack.Resource("ArtifactBucket")
	_, hasRole := stack.Resource("PipelineRole")
	output, _ := stack.Output("ArtifactBucketName")
	given, ok := parameters["ArtifactBucketName"]
	switch {
	case !ok: // lokki.yml may name them
	case isCreated != (given == "") || hasRole != isCreated:
		t.Errorf("%s: created are the bucket: %v, the role: %v", name, isCreated, hasRole)
	case output != given+bucket.Ref:
		t.Errorf("%s: the output names the bucket %q, want %q", name, output, given+bucket.Ref)
	}
}
