package cfn

import (
	"errors"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/internal/config"
)

// The logical ids of what all schedules of a flow share.
const (
	scheduleGroup = "ScheduleGroup"
	schedulerRole = "SchedulerRole"
	deadLetters   = "ScheduleDeadLetters"
)

// addSchedules adds the schedules and what they need, if there are any.
func (t template) addSchedules(resources *yaml.Node) {
	if len(t.schedules) == 0 {
		return
	}
	add(resources,
		deadLetters, t.deadLetters(),
		deadLetters+"Policy", deadLettersPolicy(),
		scheduleGroup, object(
			"Type", "AWS::Scheduler::ScheduleGroup",
			"Properties", object("Tags", tags(t.flow, ""))),
		schedulerRole, t.schedulerRole())
	for _, s := range t.schedules {
		add(resources, scheduleID(s), t.schedule(s))
	}
}

// checkSecrets reports inputs that hold a secret: everyone who may read the
// schedule or the template would see it.
func checkSecrets(m manifest.Manifest) error {
	var problems []error
	for _, s := range m.Schedules {
		if config.HoldsSecret(string(s.CompactInput())) {
			problems = append(problems, graph.Problem{
				Position: m.Flow,
				What:     s.Title() + ": the input holds a secret, which everyone who may read the schedule would see",
				Hint:     "store it in Secrets Manager, give the secret's name here, and read it in the step",
			})
		}
	}
	return errors.Join(problems...)
}

func scheduleID(s schedule.Schedule) string { return s.ID() + "Schedule" }

// scheduleState is the parameter that enables or disables the schedule.
func scheduleState(s schedule.Schedule) string { return scheduleID(s) + "State" }

// schedule starts executions through EventBridge Scheduler's integration with
// Step Functions, which names them. Its own name is short, because its group
// belongs to the stack.
func (t template) schedule(s schedule.Schedule) *yaml.Node {
	window := object("Mode", "OFF")
	if s.Window > 0 {
		window = object("Mode", "FLEXIBLE", "MaximumWindowInMinutes", s.Window)
	}
	attempts := 0
	if s.Retry > 0 {
		attempts = maxAttempts
	}
	name := s.Name
	if name == "" {
		name = "schedule"
	}
	return object(
		"Type", "AWS::Scheduler::Schedule",
		"Properties", object(
			"Name", name,
			"Description", "Starts "+t.flow,
			"GroupName", ref(scheduleGroup),
			"State", ref(scheduleState(s)),
			"ScheduleExpression", s.Expression(),
			"ScheduleExpressionTimezone", s.TimeZone,
			"FlexibleTimeWindow", window,
			"Target", object(
				"Arn", ref(stateMachine),
				"RoleArn", fnIf(createSchedulerRole, getAtt(schedulerRole, "Arn"), ref(paramSchedulerRole)),
				"Input", string(s.CompactInput()),
				"RetryPolicy", object(
					"MaximumEventAgeInSeconds", max(minEventAge, s.Retry*60),
					"MaximumRetryAttempts", attempts),
				"DeadLetterConfig", object("Arn", getAtt(deadLetters, "Arn")))),
	)
}

// The limits of EventBridge Scheduler's retry policy. The event's age ends the
// retries, so a schedule sets only that
// (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html).
const (
	minEventAge = 60 // seconds
	maxAttempts = 185
)

// deadLetters keeps the starts that failed, with Scheduler's reason, for as
// long as SQS can.
func (t template) deadLetters() *yaml.Node {
	return object(
		"Type", "AWS::SQS::Queue",
		"DeletionPolicy", "Delete",
		"UpdateReplacePolicy", "Delete",
		"Properties", object(
			"MessageRetentionPeriod", 14*24*60*60,
			"SqsManagedSseEnabled", fnIf(useKey, ref(noValue), true),
			"KmsMasterKeyId", ifKey(ref(paramKey)),
			"Tags", tags(t.flow, "")),
	)
}

func deadLettersPolicy() *yaml.Node {
	return object(
		"Type", "AWS::SQS::QueuePolicy",
		"Properties", object(
			"Queues", list(ref(deadLetters)),
			"PolicyDocument", policy(tlsOnly("sqs:*", getAtt(deadLetters, "Arn")))),
	)
}

// schedulerRole may be used for the schedules of this stack only: the source that
// Scheduler names is the group, never a schedule
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
func (t template) schedulerRole() *yaml.Node {
	mine := object("StringEquals", object(
		"aws:SourceAccount", ref("AWS::AccountId"),
		"aws:SourceArn", getAtt(scheduleGroup, "Arn")))
	return object(
		"Type", "AWS::IAM::Role",
		"Condition", createSchedulerRole,
		"Properties", object(
			"AssumeRolePolicyDocument", trust("scheduler.amazonaws.com", mine),
			"Policies", list(
				inline("start",
					allow("Start", ref(stateMachine), "states:StartExecution"),
					allow("DeadLetters", getAtt(deadLetters, "Arn"), "sqs:SendMessage")),
				// To send to the queue
				// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html).
				keyPolicy("sqs")),
			"Tags", tags(t.flow, "")),
	)
}
