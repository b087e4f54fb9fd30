package cfn_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

// scheduled is everything for the template of a flow with two schedules and
// alarms.
func scheduled(t testing.TB) cfn.Input {
	in := input(t, birds)
	in.Manifest.Alarms = true
	in.Manifest.Schedules = []schedule.Schedule{
		{Name: "daily", Cron: "0 6 * * ? *", TimeZone: "Europe/Berlin", Input: json.RawMessage(`{"count": 2, "day": "<aws.scheduler.scheduled-time>"}`), Retry: 60},
		{Name: "hourly", Rate: "1 hour", TimeZone: "UTC", Input: json.RawMessage(`{}`), Disabled: true},
	}
	return in
}

func TestSchedulesHaveParameters(t *testing.T) {
	root := template(t, scheduled(t))
	target := at(resource(t, root, "DailySchedule"), "Properties", "Target")
	// Verbatim: with a word that Scheduler replaces, and without HTML escapes.
	if got, want := at(target, "Input").Value, `{"count":2,"day":"<aws.scheduler.scheduled-time>"}`; got != want {
		t.Errorf("input %s, want %s", got, want)
	}
	for id, want := range map[string]string{"DailyScheduleState": "ENABLED", "HourlyScheduleState": "DISABLED"} {
		if p := at(root, "Parameters", id); p == nil || at(p, "Default").Value != want {
			t.Errorf("parameter %s has not the default %s", id, want)
		}
		if state := at(resource(t, root, strings.TrimSuffix(id, "State")), "Properties", "State"); state.Tag != "!Ref" || state.Value != id {
			t.Errorf("the state is %s %s, not that of the parameter", state.Tag, state.Value)
		}
	}
}

// TestSchedulesHaveADeadLetterQueue: a start that failed for good is kept, and
// the role may put it there.
func TestSchedulesHaveADeadLetterQueue(t *testing.T) {
	root := template(t, scheduled(t))
	for _, id := range []string{"DailySchedule", "HourlySchedule"} {
		arn := at(resource(t, root, id), "Properties", "Target", "DeadLetterConfig", "Arn")
		if arn == nil || arn.Tag != "!GetAtt" || arn.Value != "ScheduleDeadLetters.Arn" {
			t.Errorf("%s: %v", id, arn)
		}
	}
	if days := at(resource(t, root, "ScheduleDeadLetters"), "Properties", "MessageRetentionPeriod"); days.Value != "1209600" {
		t.Errorf("messages are kept for %s seconds, want 14 days", days.Value)
	}
}

// TestTheSchedulersRoleIsForThisStackOnly: it starts this machine, and
// Scheduler can't be made to use it for anyone else's schedule.
func TestTheSchedulersRoleIsForThisStackOnly(t *testing.T) {
	properties := at(resource(t, template(t, scheduled(t)), "SchedulerRole"), "Properties")
	equals := at(at(properties, "AssumeRolePolicyDocument", "Statement").Content[0], "Condition", "StringEquals")
	if arn := at(equals, "aws:SourceArn"); arn == nil || arn.Value != "ScheduleGroup.Arn" || at(equals, "aws:SourceAccount").Value != "AWS::AccountId" {
		t.Errorf("the role can be assumed under the condition\n%s", render(t, equals))
	}
	got := map[string]string{}
	for _, s := range at(at(properties, "Policies").Content[0], "PolicyDocument", "Statement").Content {
		for _, action := range at(s, "Action").Content {
			got[action.Value] = at(s, "Resource").Value
		}
	}
	want := map[string]string{"states:StartExecution": "StateMachine", "sqs:SendMessage": "ScheduleDeadLetters.Arn"}
	if !maps.Equal(got, want) {
		t.Errorf("the role may %v, want %v", got, want)
	}
}

func TestSecretsAreNoInputOfASchedule(t *testing.T) {
	in := scheduled(t)
	in.Manifest.Schedules[0].Input = json.RawMessage(`{"key": ["{{resolve:ssm-secure:birds}}"]}`)
	_, err := cfn.Generate(in)
	if err == nil || !strings.HasPrefix(err.Error(), "//flows:flow: schedule \"daily\": the input holds a secret") || strings.Contains(err.Error(), "ssm-secure") {
		t.Errorf("error %v", err)
	}
}

func TestWithoutSchedulesNothingOfThem(t *testing.T) {
	root := template(t, input(t, birds))
	for _, section := range []string{"Parameters", "Conditions", "Resources", "Outputs"} {
		for i, n := range at(root, section).Content {
			if i%2 == 0 && (strings.Contains(n.Value, "Schedule") || strings.Contains(n.Value, "Alarm") || strings.Contains(n.Value, "DeadLetter")) {
				t.Errorf("%s has %s", section, n.Value)
			}
		}
	}
}

// TestAlarms: each metric has its exact name and dimension, and is silent without data.
// Without a deadline no execution times out.
func TestAlarms(t *testing.T) {
	in := scheduled(t)
	timedOut := "AWS/States/ExecutionsTimedOut StateMachineArn=StateMachine"
	if metrics := alarmMetrics(t, in); slices.Contains(metrics, timedOut) {
		t.Errorf("alarms on %q of a flow without a deadline", metrics)
	}
	in.Graph.Timeout = 3600
	want := []string{
		"AWS/States/ExecutionsFailed StateMachineArn=StateMachine", timedOut,
		"AWS/States/ExecutionThrottled StateMachineArn=StateMachine", "AWS/SQS/ApproximateNumberOfMessagesVisible QueueName=ScheduleDeadLetters.QueueName",
	}
	if metrics := alarmMetrics(t, in); !slices.Equal(metrics, want) {
		t.Errorf("alarms on %q, want %q", metrics, want)
	}
}

func alarmMetrics(t *testing.T, in cfn.Input) (metrics []string) {
	t.Helper()
	resources := at(template(t, in), "Resources")
	for i := 1; i < len(resources.Content); i += 2 {
		n := resources.Content[i]
		if at(n, "Type").Value != "AWS::CloudWatch::Alarm" {
			continue
		}
		p := at(n, "Properties")
		metric := at(p, "Namespace").Value + "/" + at(p, "MetricName").Value
		for _, d := range at(p, "Dimensions").Content {
			metric += " " + at(d, "Name").Value + "=" + at(d, "Value").Value
		}
		metrics = append(metrics, metric)
		if at(p, "TreatMissingData").Value != "notBreaching" {
			t.Errorf("%s: missing data is %s", resources.Content[i-1].Value, at(p, "TreatMissingData").Value)
		}
	}
	// The estimate names the same number.
	estimate, err := cost.Table(cost.Input{Graph: in.Graph, Manifest: in.Manifest, Memory: 512, Timeout: 900, Basis: cost.DefaultBasis()})
	if named := fmt.Sprintf("\n%d alarms ", len(metrics)); err != nil || strings.Contains(string(estimate), named) != (len(metrics) > 0) {
		t.Errorf("the estimate doesn't have %d alarms: %s, %v", len(metrics), estimate, err)
	}
	return metrics
}
