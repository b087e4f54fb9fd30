package stack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Names says what the resources of a flow are called.
type Names struct {
	Steps   map[string]string // the step of each function and log group, by logical id
	NewCode map[string]bool   // functions with another image than in the deployed template
}

// nouns are what types of resources are called.
var nouns = map[string]string{
	"AWS::CloudWatch::Alarm":           "alarm",
	"AWS::IAM::ManagedPolicy":          "policy",
	"AWS::IAM::Policy":                 "policy",
	"AWS::IAM::Role":                   "role",
	"AWS::Lambda::Function":            "step",
	"AWS::Logs::LogGroup":              "log of",
	"AWS::S3::Bucket":                  "bucket",
	"AWS::S3::BucketPolicy":            "policy of the bucket",
	"AWS::SQS::Queue":                  "queue",
	"AWS::SQS::QueuePolicy":            "policy of the queue",
	"AWS::Scheduler::Schedule":         "schedule",
	"AWS::Scheduler::ScheduleGroup":    "group of schedules",
	"AWS::StepFunctions::StateMachine": "state machine",
}

// holdsData are types of resources with which data goes.
var holdsData = map[string]bool{"AWS::Logs::LogGroup": true, "AWS::S3::Bucket": true, "AWS::SQS::Queue": true}

// Name is what a resource is called.
func (n Names) Name(id, of string) string {
	noun, ok := nouns[of]
	if !ok {
		noun = of
	}
	switch of {
	case "AWS::StepFunctions::StateMachine", "AWS::S3::Bucket", "AWS::S3::BucketPolicy":
		return noun // there is one
	case "AWS::Lambda::Function", "AWS::Logs::LogGroup":
		if id == "StateMachineLogs" {
			return "log of the executions"
		}
		return noun + " " + cmp.Or(n.Steps[id], id)
	}
	return noun + " " + id
}

// Describe says in lines what a change set changes.
func (n Names) Describe(changes []types.ResourceChange) []string {
	var lines []string
	var checked []string
	for _, action := range []string{"add", "change", "replace", "remove"} {
		for _, c := range changes {
			if actionOf(c) != action {
				continue
			}
			name := n.Name(aws.ToString(c.LogicalResourceId), aws.ToString(c.ResourceType))
			if action != "change" && action != "replace" {
				lines = append(lines, fmt.Sprintf("%-8s %s%s", action, name, kept(c)))
				continue
			}
			what := n.properties(c)
			if len(what) == 0 {
				checked = append(checked, name)
				continue
			}
			if action == "change" && c.Replacement == types.ReplacementConditional {
				what = append(what, "may be replaced")
			}
			lines = append(lines, fmt.Sprintf("%-8s %-28s %s", action, name, strings.Join(what, ", ")))
		}
	}
	if len(checked) > 0 {
		lines = append(lines, "checked  "+strings.Join(checked, ", ")+": what they refer to changes, they don't")
	}
	return lines
}

func actionOf(c types.ResourceChange) string {
	switch {
	case c.Action == types.ChangeActionAdd, c.Action == types.ChangeActionImport:
		return "add"
	case c.Action == types.ChangeActionRemove:
		return "remove"
	case c.Replacement == types.ReplacementTrue:
		return "replace"
	}
	return "change"
}

// properties are what changes directly; the rest follows from other resources.
func (n Names) properties(c types.ResourceChange) []string {
	var all []string
	for _, d := range c.Details {
		if d.Target == nil || d.Evaluation == types.EvaluationTypeDynamic && c.Replacement != types.ReplacementTrue {
			continue
		}
		text := lower(cmp.Or(aws.ToString(d.Target.Name), string(d.Target.Attribute)))
		if aws.ToString(d.Target.Name) == "Code" && aws.ToString(c.ResourceType) == "AWS::Lambda::Function" {
			text = "new code"
		} else if before, after := aws.ToString(d.Target.BeforeValue), aws.ToString(d.Target.AfterValue); short(before) && short(after) {
			text += " " + before + " → " + after
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	if len(all) == 0 && n.NewCode[aws.ToString(c.LogicalResourceId)] {
		all = append(all, "new code")
	}
	return all
}

func short(value string) bool {
	return value != "" && len(value) <= 40 && !strings.ContainsAny(value, "{[\n")
}

// lower turns MemorySize into "memory size".
func lower(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func kept(c types.ResourceChange) string {
	if c.PolicyAction == types.PolicyActionRetain {
		return " from the stack; it stays in the account"
	}
	return ""
}

// Losses are the changes with which data goes, or becomes out of reach.
func (n Names) Losses(changes []types.ResourceChange) []string {
	var all []string
	for _, c := range changes {
		if action := actionOf(c); holdsData[aws.ToString(c.ResourceType)] && (action == "remove" || action == "replace") {
			all = append(all, action+" "+n.Name(aws.ToString(c.LogicalResourceId), aws.ToString(c.ResourceType)))
		}
	}
	return all
}

// Hits are the steps and the state machine that changes affect while executions are
// running.
func (n Names) Hits(changes []types.ResourceChange) []string {
	var all []string
	for _, c := range changes {
		of, action := aws.ToString(c.ResourceType), actionOf(c)
		switch {
		case of == "AWS::Lambda::Function" && action != "add" && (action == "remove" || len(n.properties(c)) > 0),
			of == "AWS::StepFunctions::StateMachine" && (action == "replace" || action == "remove"):
			all = append(all, n.Name(aws.ToString(c.LogicalResourceId), of))
		}
	}
	return all
}

// Event says in a line what happened to a resource, or "" if it isn't worth one.
func (n Names) Event(e Event) string {
	words := strings.ToLower(strings.ReplaceAll(e.Status, "_", " "))
	if e.Type == "AWS::CloudFormation::Stack" {
		if strings.HasSuffix(e.Status, "_COMPLETE") || strings.HasSuffix(e.Status, "_FAILED") || strings.Contains(e.Status, "ROLLBACK") {
			return "stack: " + words
		}
		return ""
	}
	if strings.HasSuffix(e.Status, "_IN_PROGRESS") {
		return ""
	}
	text := n.Name(e.Resource, e.Type) + ": " + words
	if strings.HasSuffix(e.Status, "_FAILED") && e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}
