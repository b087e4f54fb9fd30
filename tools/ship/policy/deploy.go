package policy

import (
	"fmt"
	"slices"
	"strings"
)

// Deploy is what all verbs but those of executions take. With a role for
// CloudFormation it is short; otherwise CloudFormation acts with the caller's
// permissions.
func (in Input) Deploy() Document {
	statements := []Statement{
		{Sid: "RegistryLogin", Action: []string{"ecr:GetAuthorizationToken"}, Resource: []string{"*"}},
		{Sid: "Images", Resource: in.repositories(), Action: []string{
			"ecr:BatchCheckLayerAvailability", "ecr:BatchDeleteImage", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:CreateRepository",
			"ecr:DeleteRepository", "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:InitiateLayerUpload",
			"ecr:ListImages", "ecr:PutImage", "ecr:SetRepositoryPolicy", "ecr:TagResource", "ecr:UploadLayerPart"}},
		{Sid: "Stack", Resource: []string{in.arn("cloudformation", "stack/"+in.Stack.Name+"/*")}, Action: []string{
			"cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", "cloudformation:DeleteStack", "cloudformation:DescribeChangeSet",
			"cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate",
			"cloudformation:ListChangeSets", "cloudformation:ListStackResources", "cloudformation:TagResource", "cloudformation:UntagResource"}},
		{Sid: "DeletedStacks", Action: []string{"cloudformation:ListStacks"}, Resource: []string{"*"}},
		{Sid: "RunningExecutions", Action: []string{"states:ListExecutions"}, Resource: []string{in.arn("states", "stateMachine:"+in.machine())}},
		{Sid: "Values", Action: []string{"s3:DeleteBucket", "s3:ListBucket", "s3:ListBucketVersions"}, Resource: []string{in.bucket()}},
		{Sid: "ValuesObjects", Action: []string{"s3:DeleteObject", "s3:DeleteObjectVersion"}, Resource: []string{in.bucket() + "/*"}},
	}
	if !in.Inline {
		statements = append(statements, Statement{Sid: "Template", Action: []string{"s3:GetObject", "s3:PutObject"},
			Resource: []string{in.bucket() + "/lokki-templates/" + in.Flow + "/*"}})
	}
	if in.Role != "" {
		return document(append(statements, Statement{Sid: "Role", Action: []string{"iam:PassRole"}, Resource: []string{in.Role},
			Condition: passedTo("cloudformation")})...)
	}
	return document(append(statements, in.resources()...)...)
}

func passedTo(services ...string) map[string]any {
	for i := range services {
		services[i] += ".amazonaws.com"
	}
	return map[string]any{"StringEquals": map[string][]string{"iam:PassedToService": services}}
}

// repositories are the ARNs of the images' repositories.
func (in Input) repositories() []string {
	var all []string
	for _, r := range in.Repositories {
		host, name, _ := strings.Cut(r, "/")
		owner, _, _ := strings.Cut(host, ".")
		// The steps change more often than policies do.
		arn := fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s/*", in.Stack.Partition, in.Stack.Region, owner, name[:strings.LastIndex(name, "/")])
		if !slices.Contains(all, arn) {
			all = append(all, arn)
		}
	}
	return all
}

// kinds are what CloudFormation needs for each type of resource, after the handlers
// in the types' registry schemas. A statement is made for the types that the
// template has.
var kinds = []struct {
	types     []string
	sid       string
	service   string
	resources []string // {stack} and {machine} stand for names
	actions   []string
}{
	{[]string{"AWS::Lambda::Function"}, "Functions", "lambda", []string{"function:{stack}-*"}, []string{
		"lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration",
		"lambda:GetFunctionRecursionConfig", "lambda:GetRuntimeManagementConfig", "lambda:ListTags", "lambda:TagResource", "lambda:UntagResource",
		"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"}},
	{[]string{"AWS::StepFunctions::StateMachine"}, "StateMachine", "states", []string{"stateMachine:{machine}"}, []string{
		"states:CreateStateMachine", "states:DeleteStateMachine", "states:DescribeStateMachine", "states:ListTagsForResource", "states:TagResource",
		"states:UntagResource", "states:UpdateStateMachine"}},
	{[]string{"AWS::Logs::LogGroup"}, "Logs", "logs", []string{"log-group:/aws/lambda/{stack}/*", "log-group:/aws/vendedlogs/states/{stack}*"}, []string{
		"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:ListTagsForResource",
		"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource"}},
	{[]string{"AWS::Scheduler::Schedule", "AWS::Scheduler::ScheduleGroup"}, "Schedules", "scheduler",
		[]string{"schedule/{stack}-*/*", "schedule-group/{stack}-*"}, []string{
			"scheduler:CreateSchedule", "scheduler:CreateScheduleGroup", "scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup", "scheduler:GetSchedule",
			"scheduler:GetScheduleGroup", "scheduler:ListTagsForResource", "scheduler:TagResource", "scheduler:UntagResource", "scheduler:UpdateSchedule"}},
	{[]string{"AWS::SQS::Queue"}, "Queues", "sqs", []string{"{stack}-*"}, []string{
		"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"}},
	{[]string{"AWS::CloudWatch::Alarm"}, "Alarms", "cloudwatch", []string{"alarm:{stack}-*"}, []string{
		"cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"}},
}

// resources are the statements for CloudFormation to act as the caller.
func (in Input) resources() []Statement {
	names := strings.NewReplacer("{stack}", in.Stack.Name, "{machine}", in.machine())
	var all []Statement
	for _, k := range kinds {
		if !slices.ContainsFunc(k.types, func(of string) bool { return len(in.Stack.OfType(of)) > 0 }) {
			continue
		}
		s := Statement{Sid: k.sid, Action: k.actions}
		for _, r := range k.resources {
			s.Resource = append(s.Resource, in.arn(k.service, names.Replace(r)))
		}
		all = append(all, s)
	}
	if len(in.Stack.OfType("AWS::Logs::LogGroup")) > 0 {
		all = append(all, Statement{Sid: "LogDelivery", Resource: []string{"*"}, Action: []string{
			"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery"}})
	}
	if len(in.Stack.OfType("AWS::S3::Bucket")) > 0 {
		all = append(all, Statement{Sid: "Bucket", Resource: []string{in.bucket()}, Action: []string{
			"s3:CreateBucket", "s3:DeleteBucketPolicy", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock",
			"s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
			"s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration"}})
	}
	return append(all, in.roles()...)
}

// roles are the statements for the roles that the stack creates and those that it
// is given.
func (in Input) roles() []Statement {
	var all []Statement
	created := fmt.Sprintf("arn:%s:iam::%s:role/%s-*", in.Stack.Partition, in.Stack.Account, in.Stack.Name)
	if len(in.Stack.OfType("AWS::IAM::Role")) > 0 {
		all = append(all, Statement{Sid: "Roles", Resource: []string{created}, Action: []string{
			"iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
			"iam:ListRolePolicies", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"}})
	}
	if len(in.Stack.OfType("AWS::IAM::ManagedPolicy")) > 0 {
		all = append(all,
			Statement{Sid: "Policies", Resource: []string{fmt.Sprintf("arn:%s:iam::%s:policy/%s-*", in.Stack.Partition, in.Stack.Account, in.Stack.Name)}, Action: []string{
				"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions"}},
			Statement{Sid: "AttachPolicies", Resource: []string{created}, Action: []string{"iam:AttachRolePolicy", "iam:DetachRolePolicy"},
				Condition: map[string]any{"ArnLike": map[string]string{
					"iam:PolicyARN": fmt.Sprintf("arn:%s:iam::%s:policy/%s-*", in.Stack.Partition, in.Stack.Account, in.Stack.Name)}}})
	}
	pass := Statement{Sid: "PassRoles", Action: []string{"iam:PassRole"}, Condition: passedTo("lambda", "scheduler", "states")}
	for _, r := range in.Stack.Resources {
		given := ""
		switch r.Type {
		case "AWS::IAM::Role":
			given = created
		case "AWS::Lambda::Function":
			given, _ = r.Properties["Role"].(string)
		case "AWS::StepFunctions::StateMachine":
			given, _ = r.Properties["RoleArn"].(string)
		case "AWS::Scheduler::Schedule":
			target, _ := r.Properties["Target"].(map[string]any)
			given, _ = target["RoleArn"].(string)
		}
		if given != "" && strings.HasPrefix(given, strings.TrimSuffix(created, "*")) {
			given = created
		}
		if given != "" && !slices.Contains(pass.Resource, given) {
			pass.Resource = append(pass.Resource, given)
		}
	}
	return append(all, pass)
}
