package cfn

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/tools/internal/config"
)

// The names of parameters and conditions that resources refer to.
const (
	paramBucket       = "ArtifactBucketName"
	paramPrefix       = "Prefix"
	paramExpiration   = "DataExpirationDays"
	paramECR          = "EcrRepoPrefix"
	paramPipelineRole = "PipelineRoleArn"
	paramLambdaRole   = "LambdaRoleArn"
	paramRetention    = "LogRetentionDays"
	paramLogLevel     = "LogLevel"
	paramTracing      = "Tracing"
	paramMetrics      = "Metrics"
	paramKey          = "KmsKeyArn"
	paramMachineName  = "StateMachineName"

	paramSchedulerRole = "SchedulerRoleArn" // only for a flow with schedules
	paramAlarmTopic    = "AlarmTopicArn"    // only for a flow with alarms

	createBucket       = "CreateArtifactBucket"
	createPipelineRole = "CreatePipelineRole"
	createLambdaRole   = "CreateLambdaRole"
	ownRegistry        = "UseOwnRegistry"
	traced             = "Traced"
	useKey             = "UseKmsKey"
	nameAfterStack     = "NameAfterStack"

	createSchedulerRole = "CreateSchedulerRole"
	notify              = "NotifyTopic"
)

// The patterns of values that are set only at deployment.
const (
	keyForm         = `^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]+:key/[A-Za-z0-9-]+$`
	topicForm       = `^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]+:[A-Za-z0-9_-]+$`
	machineNameForm = `^[A-Za-z0-9_-]{1,80}$`
)

// parameters are what differs between environments.
func (t template) parameters(c config.Config) *yaml.Node {
	days := list()
	for _, d := range config.Retentions {
		days.Content = append(days.Content, node(d))
	}
	days.Style = yaml.FlowStyle
	levels := list("ALL", "ERROR", "FATAL", "OFF")
	levels.Style = yaml.FlowStyle
	switches := list("true", "false")
	switches.Style = yaml.FlowStyle
	all := object(
		paramBucket, optional(c.ArtifactBucket, config.BucketForm,
			"Bucket for the values that pass between steps, in this account and region. Empty: the stack creates one.",
			"the name of a bucket, or nothing"),
		paramPrefix, object(
			"Type", "String",
			"Description", "First part of the keys of all values.",
			"Default", c.Prefix,
			"AllowedPattern", config.PrefixForm,
			"MaxLength", config.MaxPrefix,
			"ConstraintDescription", "letters, digits, _ . - and single slashes inside, no leading dot"),
		paramExpiration, object(
			"Type", "Number",
			"Description", "Days after which values are deleted from a created bucket. A failed run can be redriven for 14 days.",
			"Default", c.DataExpiry,
			"MinValue", 1,
			"MaxValue", config.MaxDataExpiry),
		paramECR, optional(c.ECRRepoPrefix, config.ECRForm,
			"Registry of the images, with or without a path, in this region. Empty: this account's registry.",
			"a registry as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team, or nothing"),
		paramPipelineRole, optional(c.Roles.Pipeline, config.RoleForm,
			"Role of the state machine. Empty: the stack creates one.", "the ARN of a role, or nothing"),
		paramLambdaRole, optional(c.Roles.Lambda, config.RoleForm,
			"Role of the functions. Empty: the stack creates one.", "the ARN of a role, or nothing"),
		paramRetention, object(
			"Type", "Number",
			"Description", "Days to keep the logs.",
			"Default", c.LogRetention,
			"AllowedValues", days),
		paramLogLevel, object(
			"Type", "String",
			"Description", "Which events of an execution are logged. The values themselves never are.",
			"Default", "ERROR",
			"AllowedValues", levels),
		paramTracing, object(
			"Type", "String",
			"Description", "Whether executions and functions are traced by X-Ray.",
			"Default", strconv.FormatBool(c.Tracing),
			"AllowedValues", switches),
		paramMetrics, object(
			"Type", "String",
			"Description", "Whether CloudWatch keeps metrics of the steps, at extra cost. The same figures are in the logs.",
			"Default", strconv.FormatBool(c.Metrics),
			"AllowedValues", switches),
		paramKey, optional("", keyForm,
			"Key for the values in the bucket, the logs, the functions' environment and the dead-letter queue. Its policy must let CloudWatch Logs use it. "+
				"Empty: AWS's own keys.", "the ARN of a key, or nothing"),
		paramMachineName, optional("", machineNameForm,
			"Name of the state machine. Empty: the stack's, which then has up to 80 characters.",
			"up to 80 letters, digits, _ and -, or nothing"),
	)
	t.addScheduleParameters(all)
	if t.alarms {
		add(all, paramAlarmTopic, optional("", topicForm,
			"SNS topic that the alarms notify, in this region. Empty: they notify nobody.", "the ARN of a topic, or nothing"))
	}
	return all
}

func (t template) addScheduleParameters(all *yaml.Node) {
	if len(t.schedules) == 0 {
		return
	}
	add(all, paramSchedulerRole, optional("", config.RoleForm,
		"Role of the schedules. Empty: the stack creates one.", "the ARN of a role, or nothing"))
	for _, s := range t.schedules {
		state := "ENABLED"
		if s.Disabled {
			state = "DISABLED"
		}
		states := list("ENABLED", "DISABLED")
		states.Style = yaml.FlowStyle
		add(all, scheduleState(s), object(
			"Type", "String",
			"Description", "Whether the schedule "+s.Expression()+" starts the flow.",
			"Default", state,
			"AllowedValues", states))
	}
}

// optional is a parameter that may be empty.
func optional(value, form, description, constraint string) *yaml.Node {
	return object(
		"Type", "String",
		"Description", description,
		"Default", value,
		"AllowedPattern", "^$|"+form,
		"ConstraintDescription", constraint,
	)
}

func (t template) conditions() *yaml.Node {
	all := object(
		createBucket, isEmpty(paramBucket),
		createPipelineRole, isEmpty(paramPipelineRole),
		createLambdaRole, isEmpty(paramLambdaRole),
		ownRegistry, isEmpty(paramECR),
		traced, equals(paramTracing, "true"),
		useKey, notEmpty(paramKey),
		nameAfterStack, isEmpty(paramMachineName),
	)
	if len(t.schedules) > 0 {
		add(all, createSchedulerRole, isEmpty(paramSchedulerRole))
	}
	if t.alarms {
		add(all, notify, notEmpty(paramAlarmTopic))
	}
	return all
}

// bucketName is the name of the given or created bucket.
func bucketName() *yaml.Node {
	return fnIf(createBucket, ref("ArtifactBucket"), ref(paramBucket))
}

func (t template) outputs() *yaml.Node {
	all := object(
		"StateMachineArn", object(
			"Description", "Start executions of this state machine.",
			"Value", ref(stateMachine)),
		"ArtifactBucketName", object(
			"Description", "Bucket that holds the values.",
			"Value", bucketName()),
		"StateMachineLogGroupName", object(
			"Description", "Log group of the executions.",
			"Value", ref(machineLogGroup)),
	)
	if len(t.schedules) > 0 {
		add(all,
			"ScheduleGroupName", object(
				"Description", "Group of the schedules.",
				"Value", ref(scheduleGroup)),
			"DeadLetterQueueUrl", object(
				"Description", "Queue of the scheduled starts that failed.",
				"Value", ref(deadLetters)))
	}
	return all
}
