package stack

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// TestEveryResourceHasAName: no template that lokki makes has a resource that is
// called by the name of its type.
func TestEveryResourceHasAName(t *testing.T) {
	files, err := filepath.Glob("../../cfn/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^    Type: (AWS::\S+)`).FindAllStringSubmatch(string(data), -1) {
			if nouns[m[1]] == "" {
				t.Errorf("%s: %s has no name", file, m[1])
			}
		}
	}
}

func property(name, before, after string) types.ResourceChangeDetail {
	d := types.ResourceChangeDetail{Evaluation: types.EvaluationTypeStatic, Target: &types.ResourceTargetDefinition{Attribute: types.ResourceAttributeProperties, Name: &name}}
	if before != "" {
		d.Target.BeforeValue, d.Target.AfterValue = &before, &after
	}
	return d
}

// follows is the detail of a change that follows from another resource's.
func dynamic(name string) types.ResourceChangeDetail {
	d := property(name, "", "")
	d.Evaluation, d.ChangeSource = types.EvaluationTypeDynamic, types.ChangeSourceResourceAttribute
	return d
}

func change(action types.ChangeAction, replacement types.Replacement, id, of string, details ...types.ResourceChangeDetail) types.ResourceChange {
	return types.ResourceChange{Action: action, Replacement: replacement, LogicalResourceId: aws.String(id), ResourceType: aws.String(of), Details: details}
}

func TestDescribe(t *testing.T) {
	n := Names{
		Steps:   map[string]string{"GetBirdsFunction": "get-birds", "FlapBirdFunction": "flap-bird", "FlapBirdLogGroup": "flap-bird"},
		NewCode: map[string]bool{"FlapBirdFunction": true},
	}
	kept := change(types.ChangeActionRemove, "", "ArtifactBucket", "AWS::S3::Bucket")
	kept.PolicyAction = types.PolicyActionRetain
	changes := []types.ResourceChange{
		change(types.ChangeActionModify, types.ReplacementFalse, "FlapBirdFunction", "AWS::Lambda::Function", property("Code", "", "")),
		change(types.ChangeActionModify, types.ReplacementFalse, "GetBirdsFunction", "AWS::Lambda::Function", property("MemorySize", "512", "1024"), dynamic("Role")),
		change(types.ChangeActionModify, types.ReplacementFalse, "PipelineRole", "AWS::IAM::Role", property("Policies", `[{"a":1}]`, `[{"a":2}]`)),
		change(types.ChangeActionModify, types.ReplacementFalse, "PipelineMapPolicy", "AWS::IAM::Policy", dynamic("PolicyDocument")),
		change(types.ChangeActionModify, types.ReplacementTrue, "StateMachine", "AWS::StepFunctions::StateMachine", property("StateMachineName", "birds", "geese")),
		change(types.ChangeActionModify, types.ReplacementConditional, "Schedule", "AWS::Scheduler::Schedule", property("Name", "", "")),
		change(types.ChangeActionAdd, "", "JoinBirdsFunction", "AWS::Lambda::Function"),
		change(types.ChangeActionRemove, "", "HonkFunction", "AWS::Lambda::Function"),
		change(types.ChangeActionRemove, "", "HonkLogGroup", "AWS::Logs::LogGroup"),
		kept,
	}
	want := []string{
		"add      step JoinBirdsFunction",
		"change   step flap-bird               new code",
		"change   step get-birds               memory size 512 → 1024",
		"change   role PipelineRole            policies",
		"change   schedule Schedule            name, may be replaced",
		"replace  state machine                state machine name birds → geese",
		"remove   step HonkFunction",
		"remove   log of HonkLogGroup",
		"remove   bucket from the stack; it stays in the account",
		"checked  policy PipelineMapPolicy: what they refer to changes, they don't",
	}
	if got := n.Describe(changes); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := n.Losses(changes), []string{"remove log of HonkLogGroup", "remove bucket"}; !slices.Equal(got, want) {
		t.Errorf("losses %q, want %q", got, want)
	}
	if got, want := n.Hits(changes), []string{"step flap-bird", "step get-birds", "state machine", "step HonkFunction"}; !slices.Equal(got, want) {
		t.Errorf("hits %q, want %q", got, want)
	}
}

func TestEvent(t *testing.T) {
	n := Names{Steps: map[string]string{"GetBirdsFunction": "get-birds"}}
	for _, c := range []struct {
		event Event
		want  string
	}{
		{Event{"GetBirdsFunction", "AWS::Lambda::Function", "CREATE_IN_PROGRESS", ""}, ""},
		{Event{"GetBirdsFunction", "AWS::Lambda::Function", "CREATE_COMPLETE", ""}, "step get-birds: create complete"},
		{Event{"GetBirdsFunction", "AWS::Lambda::Function", "CREATE_FAILED", "no image"}, "step get-birds: create failed: no image"},
		{Event{"StateMachineLogs", "AWS::Logs::LogGroup", "DELETE_COMPLETE", ""}, "log of the executions: delete complete"},
		{Event{"birds-flow", "AWS::CloudFormation::Stack", "UPDATE_IN_PROGRESS", ""}, ""},
		{Event{"birds-flow", "AWS::CloudFormation::Stack", "UPDATE_ROLLBACK_IN_PROGRESS", ""}, "stack: update rollback in progress"},
	} {
		if got := n.Event(c.event); got != c.want {
			t.Errorf("%v: %q, want %q", c.event, got, c.want)
		}
	}
}
