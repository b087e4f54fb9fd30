package iam

import "strings"

// The calls that AWS's services make with the roles that they have assumed, and
// the actions those take, where no request shows it.

// Invoke is Step Functions running a step
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
func Invoke(function string) Call { return Call{Action: "lambda:InvokeFunction", Resource: function} }

// DeliverLogs returns the calls that Step Functions makes when a state machine with
// logging is created, changed and deleted. group is the ARN of its log group as
// CloudFormation returns it, with :* at the end
// (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy).
func DeliverLogs(group string) []Call {
	calls := of("*", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
		"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies")
	calls = append(calls, of(everyGroup(group), "logs:DescribeLogGroups")...)
	return append(calls, of(inGroup(group), "logs:CreateLogStream", "logs:PutLogEvents")...)
}

// Trace returns the calls of a state machine with tracing
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html).
func Trace() []Call {
	return of("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
}

// RunMap returns the calls of a Distributed Map that starts, watches, stops and
// redrives its child executions. AWS documents two forms for the second and third: its
// example has execution:NAME:*, but the executions are execution:NAME/LABEL:ID
// (https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html).
func RunMap(machine, label string) []Call {
	own := strings.Replace(machine, ":stateMachine:", ":execution:", 1)
	child := own + "/" + label + ":00000000-0000-0000-0000-000000000000"
	calls := of(machine, "states:StartExecution")
	for _, execution := range []string{own + ":run", child} {
		calls = append(calls, of(execution, "states:DescribeExecution", "states:StopExecution")...)
	}
	return append(calls, of(child, "states:RedriveExecution")...)
}

// ReadItems is a Distributed Map reading its list
// (https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html).
func ReadItems(object string) Call { return Call{Action: "s3:GetObject", Resource: object} }

// WriteResults returns the calls of a Distributed Map with a ResultWriter; object is
// one that it writes
// (https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html).
func WriteResults(object string) []Call {
	return append([]Call{Put(object, "")}, of(object, "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")...)
}

// Put is a request that creates an object, whole or by completing a multipart upload;
// condition is its If-None-Match header, if it has one
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html).
func Put(object, condition string) Call {
	keys := map[string][]string{"s3:ObjectCreationOperation": {"true"}}
	if condition != "" {
		keys["s3:if-none-match"] = []string{condition}
	}
	return Call{Action: "s3:PutObject", Resource: object, Context: keys}
}

// PutPart is any other request of a multipart upload.
func PutPart(object string) Call {
	return Call{Action: "s3:PutObject", Resource: object, Context: map[string][]string{"s3:ObjectCreationOperation": {"false"}}}
}

// List is a request for the objects whose keys begin with prefix.
func List(bucket, prefix string) Call {
	return Call{Action: "s3:ListBucket", Resource: bucket, Context: map[string][]string{"s3:prefix": {prefix}}}
}

// LogFunction returns the calls that Lambda makes for a function whose log group
// exists; group is as in DeliverLogs
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html).
func LogFunction(group string) []Call {
	return of(inGroup(group), "logs:CreateLogStream", "logs:PutLogEvents")
}

// TraceFunction returns the calls that Lambda makes for a function with tracing
// (https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html).
func TraceFunction() []Call { return of("*", "xray:PutTraceSegments", "xray:PutTelemetryRecords") }

// Schedule returns the calls of EventBridge Scheduler: it starts an execution, or sends
// a message to a queue if it can't
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html,
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
func Schedule(machine, queue string) []Call {
	return append(of(machine, "states:StartExecution"), of(queue, "sqs:SendMessage")...)
}

// WithKey returns a call and the calls that the service adds to it if the object or queue
// is encrypted with a customer-managed key
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html,
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html).
func WithKey(call Call, key string) []Call {
	service, _, _ := strings.Cut(call.Action, ":")
	switch call.Action {
	case "s3:GetObject":
		return through(service, key, "kms:Decrypt")
	case "s3:PutObject", "sqs:SendMessage": // Decrypt is for multipart uploads, and to check the key
		return through(service, key, "kms:GenerateDataKey", "kms:Decrypt")
	}
	return nil
}

// DecryptEnvironment is Lambda reading the environment of a function
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html).
func DecryptEnvironment(key string) []Call { return through("lambda", key, "kms:Decrypt") }

// through returns calls that a service makes on behalf of a role
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).
func through(service, key string, actions ...string) []Call {
	suffix, region := "amazonaws.com", ""
	if parts := strings.Split(key, ":"); len(parts) > 3 {
		region = parts[3]
		if parts[1] == "aws-cn" {
			suffix += ".cn"
		}
	}
	calls := of(key, actions...)
	for i := range calls {
		calls[i].Context = map[string][]string{"kms:ViaService": {service + "." + region + "." + suffix}}
	}
	return calls
}

func of(resource string, actions ...string) []Call {
	var calls []Call
	for _, action := range actions {
		calls = append(calls, Call{Action: action, Resource: resource})
	}
	return calls
}

// inGroup returns the ARN of a stream in a group.
func inGroup(group string) string { return strings.TrimSuffix(group, "*") + "log-stream:2026/01/31/a" }

// everyGroup is the resource for listing all groups.
func everyGroup(group string) string {
	before, _, _ := strings.Cut(group, ":log-group:")
	return before + ":log-group::log-stream:"
}
