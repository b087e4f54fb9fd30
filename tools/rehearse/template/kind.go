package template

import "strings"

// kind is a type of resource: how AWS names one, and what Ref and Fn::GetAtt
// return.
//
// The forms may have {name}, the physical name; {id} and {uuid}, which AWS would
// generate; {account}, {region}, {partition}, {suffix}; and {Property|default}.
type kind struct {
	of         string // as in "AWS::S3::Bucket"
	property   string // the property with the physical name, if any
	longest    int    // maximum length of a physical name
	lower      bool   // names are lowercase
	alone      bool   // a generated name begins with the logical id, not with the stack
	ref        string
	attributes map[string]string
}

// kinds are the types that lokki's templates have. The return values are those of each
// type's page in
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html,
// the maximum lengths those of the services' references.
var kinds = []kind{
	{
		of: "AWS::CloudWatch::Alarm", property: "AlarmName", longest: 255, ref: "{name}",
		attributes: map[string]string{"Arn": "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"},
	},
	{
		of: "AWS::IAM::ManagedPolicy", property: "ManagedPolicyName", longest: 128,
		ref: "arn:{partition}:iam::{account}:policy{Path|/}{name}",
		attributes: map[string]string{
			"PolicyArn": "arn:{partition}:iam::{account}:policy{Path|/}{name}",
			"PolicyId":  "ANPA{id}",
		},
	},
	{
		// Its name is unique only inside a role, so Ref's value is invented.
		of: "AWS::IAM::Policy", longest: 128, ref: "{name}",
		attributes: map[string]string{"Id": "{name}"},
	},
	{
		of: "AWS::IAM::Role", property: "RoleName", longest: 64, ref: "{name}",
		attributes: map[string]string{
			"Arn":    "arn:{partition}:iam::{account}:role{Path|/}{name}",
			"RoleId": "AROA{id}",
		},
	},
	{
		of: "AWS::KMS::Key", ref: "{uuid}",
		attributes: map[string]string{
			"Arn":   "arn:{partition}:kms:{region}:{account}:key/{uuid}",
			"KeyId": "{uuid}",
		},
	},
	{
		of: "AWS::Lambda::Function", property: "FunctionName", longest: 64, ref: "{name}",
		attributes: map[string]string{"Arn": "arn:{partition}:lambda:{region}:{account}:function:{name}"},
	},
	{
		// The ARN ends with :* to match the streams too.
		of: "AWS::Logs::LogGroup", property: "LogGroupName", longest: 512, ref: "{name}",
		attributes: map[string]string{"Arn": "arn:{partition}:logs:{region}:{account}:log-group:{name}:*"},
	},
	{
		of: "AWS::S3::Bucket", property: "BucketName", longest: 63, lower: true, ref: "{name}",
		attributes: map[string]string{
			"Arn":                 "arn:{partition}:s3:::{name}",
			"DomainName":          "{name}.s3.{suffix}",
			"DualStackDomainName": "{name}.s3.dualstack.{region}.{suffix}",
			"RegionalDomainName":  "{name}.s3.{region}.{suffix}",
		},
	},
	{of: "AWS::S3::BucketPolicy", ref: "{Bucket|}"},
	{
		of: "AWS::SNS::Topic", property: "TopicName", longest: 256,
		ref: "arn:{partition}:sns:{region}:{account}:{name}",
		attributes: map[string]string{
			"TopicArn":  "arn:{partition}:sns:{region}:{account}:{name}",
			"TopicName": "{name}",
		},
	},
	{
		of: "AWS::SQS::Queue", property: "QueueName", longest: 80,
		ref: "https://sqs.{region}.{suffix}/{account}/{name}",
		attributes: map[string]string{
			"Arn":       "arn:{partition}:sqs:{region}:{account}:{name}",
			"QueueName": "{name}",
			"QueueUrl":  "https://sqs.{region}.{suffix}/{account}/{name}",
		},
	},
	{
		of: "AWS::SQS::QueuePolicy", longest: 255, ref: "{name}",
		attributes: map[string]string{"Id": "{name}"},
	},
	{
		of: "AWS::Scheduler::Schedule", property: "Name", longest: 64, ref: "{name}",
		attributes: map[string]string{"Arn": "arn:{partition}:scheduler:{region}:{account}:schedule/{GroupName|default}/{name}"},
	},
	{
		of: "AWS::Scheduler::ScheduleGroup", property: "Name", longest: 64, ref: "{name}",
		attributes: map[string]string{"Arn": "arn:{partition}:scheduler:{region}:{account}:schedule-group/{name}"},
	},
	{
		of: "AWS::StepFunctions::StateMachine", property: "StateMachineName", longest: 80, alone: true,
		ref: "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
		attributes: map[string]string{
			"Arn":  "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
			"Name": "{name}",
		},
	},
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.of)
	}
	return names
}

func (k kind) checkAttribute(at place, id, name string) problems {
	if _, ok := k.attributes[name]; ok {
		return nil
	}
	known := keys(k.attributes)
	hint := meant(name, known)
	if hint == "" && strings.Contains(name, ".") {
		hint = "an attribute follows the resource after one dot"
	}
	return problems{{at, "the resource " + id + " (" + k.of + ") has no attribute " + name, hint}}
}
