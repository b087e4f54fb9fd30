package cfn

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/tools/config"
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

	createBucket       = "CreateArtifactBucket"
	createPipelineRole = "CreatePipelineRole"
	createLambdaRole   = "CreateLambdaRole"
	ownRegistry        = "UseOwnRegistry"
)

// parameters are what differs between environments.
func parameters(c config.Config) *yaml.Node {
	days := list()
	for _, d := range config.Retentions {
		days.Content = append(days.Content, node(d))
	}
	days.Style = yaml.FlowStyle
	levels := list("ALL", "ERROR", "FATAL", "OFF")
	levels.Style = yaml.FlowStyle
	return object(
		paramBucket, optional(c.ArtifactBucket, config.BucketForm,
			"Bucket for the values that pass between steps, in this account and region. Empty: the stack creates one.",
			"the name of a bucket, or nothing"),
		paramPrefix, object(
			"Type", "String",
			"Description", "First part of the keys of all values.",
			"Default", c.Prefix,
			"AllowedPattern", config.PrefixForm,
			"MaxLength", config.MaxPrefix,
			"ConstraintDescription", "letters, digits, _ . - and single slashes inside"),
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
	)
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

func conditions() *yaml.Node {
	return object(
		createBucket, isEmpty(paramBucket),
		createPipelineRole, isEmpty(paramPipelineRole),
		createLambdaRole, isEmpty(paramLambdaRole),
		ownRegistry, isEmpty(paramECR),
	)
}

// inBucket is the ARN of objects in the bucket. pattern follows the flow's
// folder; it may have wildcards.
func (t template) inBucket(pattern string) *yaml.Node {
	return subWith(fmt.Sprintf("arn:${AWS::Partition}:s3:::${Bucket}/${%s}/%s/%s", paramPrefix, t.flow, pattern), "Bucket", bucketName())
}

// bucketName is the name of the given or the created bucket.
func bucketName() *yaml.Node {
	return choose(createBucket, ref("ArtifactBucket"), ref(paramBucket))
}

func outputs() *yaml.Node {
	return object(
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
}
