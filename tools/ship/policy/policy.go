// Package policy makes the least policies for who works with a flow's stack.
package policy

import (
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// Input is what the policies are made from.
type Input struct {
	Stack        *template.Stack // the flow's template in its environment
	Flow         string
	Prefix       string   // first part of the values' keys
	Repositories []string // as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/birds-flow/get-birds
	Role         string   // that CloudFormation uses, or ""
	Inline       bool     // whether the template fits into a request
}

// Document is a policy document of IAM.
type Document struct {
	Version   string
	Statement []Statement
}

// Statement is a statement of a policy.
type Statement struct {
	Sid       string
	Effect    string
	Principal any `json:",omitempty"`
	Action    []string
	Resource  []string       `json:",omitempty"`
	Condition map[string]any `json:",omitempty"`
}

func document(statements ...Statement) Document {
	for i := range statements {
		statements[i].Effect = "Allow"
	}
	return Document{"2012-10-17", statements}
}

// arn is the ARN of a resource in the stack's account and Region.
func (in Input) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", in.Stack.Partition, service, in.Stack.Region, in.Stack.Account, resource)
}

// bucket is the ARN of the bucket of the values; CloudFormation names one that the
// stack creates after the stack.
func (in Input) bucket() string {
	if len(in.Stack.OfType("AWS::S3::Bucket")) == 0 {
		if name, ok := in.Stack.Output("ArtifactBucketName"); ok {
			return "arn:" + in.Stack.Partition + ":s3:::" + name
		}
	}
	return "arn:" + in.Stack.Partition + ":s3:::" + strings.ToLower(in.Stack.Name) + "-*"
}

// machine is the name of the state machine.
func (in Input) machine() string {
	for _, m := range in.Stack.OfType("AWS::StepFunctions::StateMachine") {
		return m.Ref[strings.LastIndex(m.Ref, ":")+1:]
	}
	return in.Stack.Name
}

// Run is what starting and watching executions takes, and reading their values and logs.
func (in Input) Run() Document {
	m := in.machine()
	return document(
		Statement{Sid: "Stack", Action: []string{"cloudformation:DescribeStacks"}, Resource: []string{in.arn("cloudformation", "stack/"+in.Stack.Name+"/*")}},
		Statement{Sid: "Start", Action: []string{"states:ListExecutions", "states:StartExecution"}, Resource: []string{in.arn("states", "stateMachine:"+m)}},
		Statement{Sid: "Executions",
			Action:   []string{"states:DescribeExecution", "states:GetExecutionHistory", "states:ListMapRuns", "states:RedriveExecution", "states:StopExecution"},
			Resource: []string{in.arn("states", "execution:"+m+":*"), in.arn("states", "execution:"+m+"/*:*")}},
		Statement{Sid: "Maps", Action: []string{"states:DescribeMapRun", "states:ListExecutions"}, Resource: []string{in.arn("states", "mapRun:"+m+"/*:*")}},
		Statement{Sid: "Values", Action: []string{"s3:GetObject"}, Resource: []string{in.bucket() + "/" + in.Prefix + "/" + in.Flow + "/*"}},
		Statement{Sid: "Logs", Action: []string{"logs:FilterLogEvents"},
			Resource: []string{in.arn("logs", "log-group:/aws/lambda/"+in.Stack.Name+"/*"), in.arn("logs", "log-group:/aws/vendedlogs/states/"+in.Stack.Name+":*")}},
	)
}

// Trust is the trust policy of a role that a GitHub workflow takes, in an
// environment of the repository with the same name, or on the branch main.
func (in Input) Trust(repository, environment string) Document {
	subject := "repo:" + repository + ":ref:refs/heads/main"
	if environment != "" {
		subject = "repo:" + repository + ":environment:" + environment
	}
	const issuer = "token.actions.githubusercontent.com"
	return document(Statement{
		Sid:       "GitHub",
		Principal: map[string]string{"Federated": fmt.Sprintf("arn:%s:iam::%s:oidc-provider/%s", in.Stack.Partition, in.Stack.Account, issuer)},
		Action:    []string{"sts:AssumeRoleWithWebIdentity"},
		Condition: map[string]any{"StringEquals": map[string]string{issuer + ":aud": "sts.amazonaws.com", issuer + ":sub": subject}},
	})
}
