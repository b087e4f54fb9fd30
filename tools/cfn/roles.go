package cfn

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// lambdaRole is one role for all functions of the flow: each reads what others
// wrote, so separate roles would have the same permissions.
func (t template) lambdaRole() *yaml.Node {
	return object(
		"Type", "AWS::IAM::Role",
		"Condition", createLambdaRole,
		"Properties", object(
			"AssumeRolePolicyDocument", trust("lambda.amazonaws.com", nil),
			"Policies", list(
				t.valuesPolicy(),
				inline("logs", allow("Logs",
					sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/${AWS::StackName}/*:*"),
					"logs:CreateLogStream", "logs:PutLogEvents")),
				whenTraced(inline("tracing", allow("Tracing", "*",
					"xray:PutTraceSegments", "xray:PutTelemetryRecords"))),
				keyPolicy("s3", "lambda")), // for values, and for the environment
			"Tags", tags(t.flow, "")),
	)
}

// pipelineRole has what the state machine needs before it exists: Step Functions
// checks the permission to log when it creates the machine. Log delivery and tracing
// take no resource, or all; only writing into a log group takes the group
// (https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html).
func (t template) pipelineRole() *yaml.Node {
	policies := list(
		inline("logs",
			allow("Logs", "*",
				"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
				"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
			allow("LogStreams", getAtt(machineLogGroup, "Arn"), "logs:CreateLogStream", "logs:PutLogEvents")),
		whenTraced(inline("tracing", allow("Tracing", "*",
			"xray:PutTraceSegments", "xray:PutTelemetryRecords",
			"xray:GetSamplingRules", "xray:GetSamplingTargets"))))
	if t.hasMaps {
		policies.Content = append(policies.Content, t.mapsPolicy(), keyPolicy("s3"))
	}
	// Only state machines of this account may use the role: without the
	// condition, Step Functions could be made to use it for another account's.
	mine := object(
		"StringEquals", object("aws:SourceAccount", ref("AWS::AccountId")),
		"ArnLike", object("aws:SourceArn",
			sub("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*")))
	return object(
		"Type", "AWS::IAM::Role",
		"Condition", createPipelineRole,
		"Properties", object(
			"AssumeRolePolicyDocument", trust("states.amazonaws.com", mine),
			"Policies", policies,
			"Tags", tags(t.flow, "")),
	)
}

// whenTraced is an inline policy that only a traced flow needs.
func whenTraced(policy *yaml.Node) *yaml.Node { return ifOrNoValue(traced, policy) }

// invokeChunk is how many functions one policy names: a managed policy has up to
// 6,144 characters, and an ARN with its quotes at most 130. All inline policies of
// a role share 10,240, too few for a flow of a hundred steps.
const invokeChunk = 40

func (t template) addInvokePolicies(resources *yaml.Node) {
	for i := 0; i < len(t.functions); i += invokeChunk {
		arns := list()
		for _, f := range t.functions[i:min(i+invokeChunk, len(t.functions))] {
			arns.Content = append(arns.Content, getAtt(f.id(), "Arn"))
		}
		add(resources, "InvokePolicy"+strconv.Itoa(i/invokeChunk+1), object(
			"Type", "AWS::IAM::ManagedPolicy",
			"Condition", createPipelineRole,
			"Properties", object(
				"Description", "Lets the state machine of "+t.flow+" run its steps",
				"Roles", list(ref("PipelineRole")),
				"PolicyDocument", policy(allow("Steps", arns, "lambda:InvokeFunction"))),
		))
	}
}

// mapPolicy lets the state machine start and watch the children of its maps,
// which are executions of itself. It is separate from the role, because a role
// that names the machine that has the role would be a cycle.
func mapPolicy() *yaml.Node {
	execution := "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${" + stateMachine + ".Name}"
	return object(
		"Type", "AWS::IAM::Policy",
		"Condition", createPipelineRole,
		"Properties", object(
			"PolicyName", "map-runs",
			"Roles", list(ref("PipelineRole")),
			"PolicyDocument", policy(
				allow("Start", ref(stateMachine), "states:StartExecution"),
				allow("Watch", list(sub(execution+":*"), sub(execution+"/*:*")),
					"states:DescribeExecution", "states:StopExecution"),
				allow("Redrive", sub(execution+"/*:*"), "states:RedriveExecution"))),
	)
}
