package cfn_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/lokki-build/lokki/tools/cfn"
	cloudformation "github.com/lokki-build/lokki/tools/rehearse/template"
)

// environments are in partitions whose ARNs and domains differ.
var environments = []cloudformation.Environment{
	{Account: "123456789012", Region: "eu-west-1", Stack: "birds"},
	{Account: "000000000001", Region: "cn-north-1", Stack: "a-stack-whose-name-has-seventy-characters-so-that-the-others-get-short"},
	{Account: "123456789012", Region: "us-gov-west-1", Stack: "b"},
}

// settings are parameters: the defaults, everything created, and everything
// given.
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
		"Tracing":            "false",
		"KmsKeyArn":          "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012",
		"StateMachineName":   "the_pipeline-2",
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

// TestALongStackName: a stack's name may be longer than a state machine's. Then
// the machine needs its own name, and everything else fits.
func TestALongStackName(t *testing.T) {
	made, err := cfn.Generate(scheduled(t))
	if err != nil {
		t.Fatal(err)
	}
	read, err := cloudformation.Read("template.yaml", made.YAML)
	if err != nil {
		t.Fatal(err)
	}
	env := environments[0]
	env.Stack = strings.Repeat("s", 128)
	if _, err := read.Resolve(env, nil); err == nil || !strings.Contains(err.Error(), "StateMachine") {
		t.Errorf("a state machine of 128 characters: %v", err)
	}
	stack, err := read.Resolve(env, map[string]string{"StateMachineName": "birds"})
	if err != nil {
		t.Fatal(err)
	}
	if machine, _ := stack.Resource("StateMachine"); !strings.HasSuffix(machine.Ref, ":stateMachine:birds") {
		t.Errorf("the state machine is %s", machine.Ref)
	}
}

// TestTwoStacksDoNotCollide: in one account and region, no two resources have
// the same name.
func TestTwoStacksDoNotCollide(t *testing.T) {
	made, err := cfn.Generate(scheduled(t))
	if err != nil {
		t.Fatal(err)
	}
	read, err := cloudformation.Read("template.yaml", made.YAML)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, name := range []string{"one", "two"} {
		env := environments[0]
		env.Stack = name
		stack, err := read.Resolve(env, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range stack.Resources {
			id := r.Type + " " + r.Ref
			if r.Type == "AWS::Scheduler::Schedule" {
				id = r.Attributes["Arn"] // a name is unique within its group
			}
			if other, ok := names[id]; ok && r.Ref != "" {
				t.Errorf("%s of stack %s is called as that of stack %s: %s", r.LogicalID, name, other, id)
			}
			names[id] = name
		}
	}
}

func checkStack(t *testing.T, name string, stack *cloudformation.Stack, parameters map[string]string) {
	machine, ok := stack.Resource("StateMachine")
	if !ok {
		t.Errorf("%s: no state machine", name)
		return
	}
	// The machine runs the functions of this stack, in its partition, and no
	// others.
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
