package iam_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/rehearse/iam"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// load reads the policies of the template of a role R with one policy p.
func load(statements string, others ...string) (*iam.Account, error) {
	return loadTemplate(`
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      Tags: [{Key: Team, Value: birds}]
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: p
          PolicyDocument: {Version: "2012-10-17", Statement: [` + statements + "]}\n" + strings.Join(others, "\n"))
}

func loadTemplate(source string) (*iam.Account, error) {
	read, err := template.Read("t.yaml", []byte(source))
	if err != nil {
		return nil, err
	}
	stack, err := read.Resolve(template.Environment{Account: "123456789012", Region: "eu-west-1", Stack: "s"}, nil)
	if err != nil {
		return nil, err
	}
	return iam.Load(stack)
}

const roleARN = "arn:aws:iam::123456789012:role/r"

// role returns the role R of load.
func role(t *testing.T, statements string, others ...string) *iam.Role {
	t.Helper()
	account, err := load(statements, others...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := account.Role(roleARN)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	getObject = "s3:GetObject"
	object    = "arn:aws:s3:::b/k/a:1.json"
)

func TestActionsAndResources(t *testing.T) {
	for _, c := range []struct {
		statement string
		call      iam.Call
		want      bool
	}{
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: ["s3:PutObject", "s3:getobject"], Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "*", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:Get*", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:?etObject", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject?", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, Action: "s3:PutObject", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, NotAction: "s3:PutObject", Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, NotAction: ["s3:Put*", "s3:Get*"], Resource: "*"}`, iam.Call{Action: getObject, Resource: object}, false},

		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k/a:1.json"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*/*.json"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/?/a:?.json"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b"}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::B/*"}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws-cn:s3:::b/*"}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, Action: "s3:GetObject", NotResource: "arn:aws:s3:::c/*"}`, iam.Call{Action: getObject, Resource: object}, true},
		{`{Effect: Allow, Action: "s3:GetObject", NotResource: ["arn:aws:s3:::c/*", "arn:aws:s3:::b/*"]}`, iam.Call{Action: getObject, Resource: object}, false},
		{`{Effect: Allow, Action: "s3:ListBucket", Resource: "arn:aws:s3:::b/*"}`, iam.Call{Action: "s3:ListBucket", Resource: "arn:aws:s3:::b"}, false},
		{`{Effect: Allow, Action: "xray:*", Resource: "arn:aws:xray:::x"}`, iam.Call{Action: "xray:PutTraceSegments", Resource: "*"}, false},

		// Only a * at the end of a segment matches beyond the colon.
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:eu-*:123456789012:q"}`, queue, true},
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:*:*:q"}`, queue, true},
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:*:*:*"}`, queue, true},
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:eu*1:123456789012:q"}`, queue, true},
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:eu*2:123456789012:q"}`, queue, false},
		{`{Effect: Allow, Action: "sqs:*", Resource: "arn:aws:sqs:e*2::q"}`, queue, false},

		// Variables are replaced by text; wildcards in that text are literal.
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:PrincipalAccount}/*"}`, iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/123456789012/k"}, true},
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:PrincipalTag/other}/*"}`, iam.Call{Action: getObject, Resource: "arn:aws:s3:::b//k"}, false},
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:PrincipalTag/other, 'all'}/*"}`, iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/all/k"}, true},
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${aws:PrincipalTag/other}/*"}`,
			iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/x/k", Context: map[string][]string{"aws:PrincipalTag/other": {"*"}}}, false},
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${*}${?}${$}"}`, iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/*?$"}, true},
		{`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::b/${*}"}`, iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/x"}, false},
	} {
		if _, err := role(t, c.statement).Check(c.call); (err == nil) != c.want {
			t.Errorf("%s\nfor %s on %s: %v, want allowed %v", c.statement, c.call.Action, c.call.Resource, err, c.want)
		}
	}
}

var queue = iam.Call{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:123456789012:q"}

func TestConditions(t *testing.T) {
	type keys = map[string][]string
	for _, c := range []struct {
		condition string
		context   keys
		want      bool
	}{
		{`{StringEquals: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"v"}}, true},
		{`{StringEquals: {"AWS:sourceaccount": v}}`, keys{"aws:SourceAccount": {"v"}}, true},
		{`{StringEquals: {"aws:SourceAccount": [u, v]}}`, keys{"aws:SourceAccount": {"v"}}, true},
		{`{StringEquals: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"V"}}, false},
		{`{StringEquals: {"aws:SourceAccount": "v*"}}`, keys{"aws:SourceAccount": {"vv"}}, false},
		{`{StringEquals: {"aws:SourceAccount": v}}`, nil, false},
		{`{StringEquals: {"aws:SourceAccount": v, "aws:SourceVpc": v}}`, keys{"aws:SourceAccount": {"v"}}, false},
		{`{StringEquals: {"aws:SourceAccount": v}, StringLike: {"aws:SourceVpc": "v*"}}`, keys{"aws:SourceAccount": {"v"}, "aws:SourceVpc": {"vv"}}, true},
		{`{StringEquals: {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/r"}}`, nil, true},
		{`{StringEquals: {"aws:SourceAccount": "${aws:SourceVpc}"}}`, keys{"aws:SourceAccount": {"v"}}, false},
		{`{StringEquals: {"aws:PrincipalTag/team": birds}}`, nil, true},
		{`{StringEquals: {"aws:PrincipalTag/team": words}}`, nil, false},
		{`{StringEquals: {"aws:PrincipalTag/other": birds}}`, nil, false},
		{`{StringNotEquals: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"w"}}, true},
		{`{StringNotEquals: {"aws:SourceAccount": [v, w]}}`, keys{"aws:SourceAccount": {"w"}}, false},
		{`{StringNotEquals: {"aws:SourceAccount": v}}`, nil, true},
		{`{StringEqualsIgnoreCase: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"V"}}, true},
		{`{StringNotEqualsIgnoreCase: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"V"}}, false},
		{`{StringLike: {"aws:SourceAccount": "v?"}}`, keys{"aws:SourceAccount": {"vw"}}, true},
		{`{StringNotLike: {"aws:SourceAccount": "v*"}}`, keys{"aws:SourceAccount": {"vw"}}, false},
		{`{StringEqualsIfExists: {"aws:SourceAccount": v}}`, nil, true},
		{`{StringEqualsIfExists: {"aws:SourceAccount": v}}`, keys{"aws:SourceAccount": {"w"}}, false},

		{`{ArnLike: {"aws:SourceArn": "arn:aws:states:*:123456789012:stateMachine:*"}}`, keys{"aws:SourceArn": {"arn:aws:states:eu-west-1:123456789012:stateMachine:m:1"}}, true},
		{`{ArnLike: {"aws:SourceArn": "arn:aws:states:*:stateMachine:*"}}`, keys{"aws:SourceArn": {"arn:aws:states:eu-west-1:123456789012:stateMachine:m"}}, false},
		{`{ArnEquals: {"aws:SourceArn": "arn:aws:states:e*:*:stateMachine:m"}}`, keys{"aws:SourceArn": {"arn:aws:states:eu-west-1:123456789012:stateMachine:m"}}, true},
		{`{ArnNotLike: {"aws:SourceArn": "arn:aws:states:*:*:*"}}`, keys{"aws:SourceArn": {"arn:aws:states:eu-west-1:123456789012:stateMachine:m"}}, false},
		{`{ArnNotEquals: {"aws:SourceArn": "arn:aws:states:*:*:*"}}`, nil, true},

		{`{Bool: {"aws:SecureTransport": true}}`, nil, true},
		{`{Bool: {"aws:SecureTransport": "false"}}`, keys{"aws:SecureTransport": {"false"}}, true},
		{`{Bool: {"aws:ViaAWSService": "true"}}`, nil, false},
		{`{BoolIfExists: {"aws:ViaAWSService": "true"}}`, nil, true},
		{`{"Null": {"aws:SourceAccount": "true"}}`, nil, true},
		{`{"Null": {"aws:SourceAccount": "true"}}`, keys{"aws:SourceAccount": {"v"}}, false},
		{`{"Null": {"aws:SourceAccount": "false"}}`, keys{"aws:SourceAccount": {"v"}}, true},
		{`{"Null": {"aws:SourceAccount": "false"}}`, nil, false},

		{`{NumericEquals: {"aws:MultiFactorAuthAge": 10}}`, keys{"aws:MultiFactorAuthAge": {"10.0"}}, true},
		{`{NumericNotEquals: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"10"}}, false},
		{`{NumericLessThan: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"9"}}, true},
		{`{NumericLessThan: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"10"}}, false},
		{`{NumericLessThanEquals: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"10"}}, true},
		{`{NumericGreaterThan: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"11"}}, true},
		{`{NumericGreaterThan: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"10"}}, false},
		{`{NumericGreaterThanEquals: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"10"}}, true},
		{`{NumericEquals: {"aws:MultiFactorAuthAge": "10"}}`, keys{"aws:MultiFactorAuthAge": {"ten"}}, false},

		{`{"ForAnyValue:StringEquals": {"aws:TagKeys": [a, b]}}`, keys{"aws:TagKeys": {"c", "b"}}, true},
		{`{"ForAnyValue:StringEquals": {"aws:TagKeys": [a, b]}}`, keys{"aws:TagKeys": {"c"}}, false},
		{`{"ForAnyValue:StringEquals": {"aws:TagKeys": [a, b]}}`, nil, false},
		{`{"ForAnyValue:StringNotEquals": {"aws:TagKeys": [a]}}`, keys{"aws:TagKeys": {"a", "b"}}, true},
		{`{"ForAnyValue:StringNotEquals": {"aws:TagKeys": [a]}}`, keys{"aws:TagKeys": {"a"}}, false},
		{`{"ForAllValues:StringEquals": {"aws:TagKeys": [a, b]}}`, keys{"aws:TagKeys": {"b", "a"}}, true},
		{`{"ForAllValues:StringEquals": {"aws:TagKeys": [a, b]}}`, keys{"aws:TagKeys": {"a", "c"}}, false},
		{`{"ForAllValues:StringEquals": {"aws:TagKeys": [a, b]}}`, nil, true},
		{`{"ForAllValues:StringNotEquals": {"aws:TagKeys": [a]}}`, keys{"aws:TagKeys": {"b", "a"}}, false},
	} {
		r := role(t, `{Effect: Allow, Action: "s3:GetObject", Resource: "*", Condition: `+c.condition+`}`)
		if _, err := r.Check(iam.Call{Action: getObject, Resource: object, Context: c.context}); (err == nil) != c.want {
			t.Errorf("%s with %v: %v, want allowed %v", c.condition, c.context, err, c.want)
		}
	}
}

func TestMessages(t *testing.T) {
	const bucketPolicy = `
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: b
      PolicyDocument:
        Version: "2012-10-17"
        Statement: {Sid: Tls, Effect: Deny, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], Condition: {Bool: {"aws:SecureTransport": "false"}}}`
	get := iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/k"}
	for name, c := range map[string]struct {
		statements string
		call       iam.Call
		want       string
	}{
		"nothing": {`{Effect: Allow, Action: "s3:Put*", Resource: "*"}`, get,
			"AccessDenied: arn:aws:iam::123456789012:role/r is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k" +
				" because no identity-based policy allows the s3:GetObject action\nhint: no statement of R allows s3:GetObject on anything"},
		"other resource": {`{Sid: Mine, Effect: Allow, Action: "s3:*", Resource: ["arn:aws:s3:::b", "arn:aws:s3:::c/*"]}`, get,
			"because no identity-based policy allows the s3:GetObject action\nhint: R, policy p, statement Mine allows it on arn:aws:s3:::b, arn:aws:s3:::c/*"},
		"all but": {`{Effect: Allow, Action: "s3:*", NotResource: "arn:aws:s3:::b/*"}`, get,
			"hint: R, policy p, statement 1 allows it on all but arn:aws:s3:::b/*"},
		"condition": {`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"aws:SourceAccount": [a, b]}}}`, get,
			"hint: R, policy p, statement 1 allows it if StringEquals aws:SourceAccount a, b"},
		"denied": {`{Effect: Allow, Action: "s3:*", Resource: "*"}, {Sid: Never, Effect: Deny, Action: "s3:Get*", Resource: "*"}`, get,
			"on resource: arn:aws:s3:::b/k with an explicit deny in an identity-based policy: R, policy p, statement Never"},
		"denied by the bucket": {`{Effect: Allow, Action: "s3:*", Resource: "*"}`,
			iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/k", Context: map[string][]string{"aws:SecureTransport": {"false"}}},
			"with an explicit deny in a resource-based policy: BucketPolicy, statement Tls"},
		"unknown action": {`{Effect: Allow, Action: "*", Resource: "*"}`, iam.Call{Action: "s3:GetObjects", Resource: object},
			"unknown action s3:GetObjects\nhint: did you mean s3:GetObject?"},
		"an object for a bucket": {`{Effect: Allow, Action: "*", Resource: "*"}`, iam.Call{Action: "s3:ListBucket", Resource: object},
			"the action s3:ListBucket doesn't take the resource " + object},
		"a resource too many": {`{Effect: Allow, Action: "*", Resource: "*"}`, iam.Call{Action: "xray:PutTraceSegments", Resource: object},
			"the action xray:PutTraceSegments takes no resource, not " + object},
	} {
		_, err := role(t, c.statements, bucketPolicy).Check(c.call)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant …%s", name, err, c.want)
		}
		var denied *iam.AccessDenied
		if isDenial := strings.Contains(c.want, "because") || strings.Contains(c.want, "hint: R") || strings.Contains(c.want, "explicit"); errors.As(err, &denied) != isDenial {
			t.Errorf("%s: a denial: %v, want %v", name, !isDenial, isDenial)
		} else if isDenial && (denied.Action != c.call.Action || denied.Resource != c.call.Resource || denied.Principal != roleARN) {
			t.Errorf("%s: denied is %+v", name, denied)
		}
	}
}

func TestEveryStatementThatAllowsIsNamed(t *testing.T) {
	r := role(t, `{Sid: A, Effect: Allow, Action: "s3:*", Resource: "*"}, {Effect: Allow, Action: "s3:Get*", Resource: "*"}, {Sid: C, Effect: Allow, Action: "s3:Put*", Resource: "*"}`, `
  Apart:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: apart
      Roles: [!Ref R]
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref R, other]
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}}
  Other:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [other]
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "*"}}
  Open:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: b
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Principal: {AWS: !GetAtt R.Arn}, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}}`)
	sources, err := r.Check(iam.Call{Action: getObject, Resource: object})
	if err != nil {
		t.Fatal(err)
	}
	want := []iam.Source{
		{Resource: "R", Policy: "p", Sid: "A"},
		{Resource: "R", Policy: "p", Index: 1},
		{Resource: "Managed"},
		{Resource: "Apart", Policy: "apart"},
		{Resource: "Open"},
	}
	if !slices.Equal(sources, want) {
		t.Errorf("allowed by\n%v\nwant\n%v", sources, want)
	}
}

func TestManagedPoliciesOfARole(t *testing.T) {
	const source = `
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      ManagedPolicyArns: [%s]
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}
  M:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: {Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::${b}/*"}}
`
	account, err := loadTemplate(fmt.Sprintf(source, "!Ref M"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := account.Role(roleARN)
	if err != nil {
		t.Fatal(err)
	}
	// Without its newer version a policy has no variables.
	if _, err := r.Check(iam.Call{Action: getObject, Resource: "arn:aws:s3:::${b}/k"}); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprint(account.Statements()), "[R, policy AssumeRolePolicyDocument, statement 1 M, statement 1]"; got != want {
		t.Errorf("statements %s, want %s", got, want)
	}
	if _, err := account.Role("arn:aws:iam::123456789012:role/other"); err == nil || !strings.Contains(err.Error(), "role/other is not in the template") {
		t.Errorf("another role: %v", err)
	}
	_, err = loadTemplate(fmt.Sprintf(source, "arn:aws:iam::aws:policy/AdministratorAccess"))
	if err == nil || !strings.HasPrefix(err.Error(), "t.yaml:3:3: R: the managed policy arn:aws:iam::aws:policy/AdministratorAccess is not in the template") {
		t.Errorf("a policy of AWS: %v", err)
	}
}

func TestPoliciesOfQueues(t *testing.T) {
	const source = `
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: %s, Principal: %s, Action: "sqs:SendMessage", Resource: !GetAtt Queue.Arn}]}`
	for _, c := range []struct {
		effect, principal string
		role, want        bool // the role allows it; it is allowed
	}{
		{"Allow", `"*"`, false, true},
		{"Allow", `{AWS: "*"}`, false, true},
		{"Allow", `{AWS: !GetAtt R.Arn}`, false, true},
		{"Allow", `{AWS: !Ref AWS::AccountId}`, false, false}, // leaves it to the role's policies
		{"Allow", `{AWS: "arn:aws:iam::123456789012:role/other"}`, false, false},
		{"Allow", `{Service: scheduler.amazonaws.com}`, false, false},
		{"Deny", `{AWS: !Ref AWS::AccountId}`, true, false},
		{"Deny", `{AWS: "arn:aws:iam::123456789012:root"}`, true, false},
		{"Deny", `{AWS: "arn:aws:iam::123456789012:role/other"}`, true, true},
	} {
		own := `{Effect: Allow, Action: "s3:*", Resource: "*"}`
		if c.role {
			own = `{Effect: Allow, Action: "sqs:*", Resource: "*"}`
		}
		_, err := role(t, own, fmt.Sprintf(source, c.effect, c.principal)).Check(queue)
		if (err == nil) != c.want {
			t.Errorf("%s %s: %v, want allowed %v", c.effect, c.principal, err, c.want)
		}
	}
}

func TestTrust(t *testing.T) {
	const source = `
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: [%s]}
`
	const states = `{Effect: Allow, Principal: {Service: [states.amazonaws.com, scheduler.amazonaws.com]}, Action: "sts:AssumeRole", Condition: {StringEquals: {"aws:SourceAccount": !Ref AWS::AccountId}}}`
	mine := map[string][]string{"aws:SourceAccount": {"123456789012"}}
	for name, c := range map[string]struct {
		statements, service string
		context             map[string][]string
		want                string
	}{
		"named":         {states, "states.amazonaws.com", mine, ""},
		"second":        {states, "scheduler.amazonaws.com", mine, ""},
		"other account": {states, "states.amazonaws.com", map[string][]string{"aws:SourceAccount": {"210987654321"}}, "hint: R, policy AssumeRolePolicyDocument, statement 1 allows it if StringEquals aws:SourceAccount 123456789012"},
		"no account":    {states, "states.amazonaws.com", nil, "because no role trust policy allows the sts:AssumeRole action\nhint: R, policy AssumeRolePolicyDocument, statement 1 allows it if StringEquals aws:SourceAccount 123456789012"},
		"other service": {states, "lambda.amazonaws.com", mine, "AccessDenied: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/r because no role trust policy allows the sts:AssumeRole action\nhint: the AssumeRolePolicyDocument of R does not name lambda.amazonaws.com"},
		"other action":  {`{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:TagSession"}`, "lambda.amazonaws.com", nil, "because no role trust policy allows"},
		"denied":        {states + `, {Sid: Never, Effect: Deny, Principal: "*", Action: "sts:*"}`, "states.amazonaws.com", mine, "with an explicit deny in a role trust policy: R, policy AssumeRolePolicyDocument, statement Never"},
	} {
		account, err := loadTemplate(fmt.Sprintf(source, c.statements))
		if err != nil {
			t.Fatal(err)
		}
		r, err := account.Role(roleARN)
		if err != nil {
			t.Fatal(err)
		}
		sources, err := r.Assume(c.service, c.context)
		if c.want == "" && (err != nil || len(sources) != 1) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, %v, want %q", name, sources, err, c.want)
		}
	}
}

// TestWhatIsNotUnderstoodIsAnError: if it were ignored, it could allow what AWS
// denies.
func TestWhatIsNotUnderstoodIsAnError(t *testing.T) {
	for statement, want := range map[string]string{
		`{Effect: Allow, Action: "s3:*", Resource: "*", Resources: "*"}`:                                                            "R, policy p, statement 1: unknown element Resources\nhint: did you mean Resource?",
		`{Sid: S, Effect: allow, Action: "s3:*", Resource: "*"}`:                                                                    "R, policy p, statement S: the Effect must be Allow or Deny, not allow",
		`{Effect: Allow, Resource: "*"}`:                                                                                            "a statement must have one of Action and NotAction",
		`{Effect: Allow, Action: "s3:*", NotAction: "s3:*", Resource: "*"}`:                                                         "a statement must have one of Action and NotAction",
		`{Effect: Allow, Action: "s3:*"}`:                                                                                           "a statement must have one of Resource and NotResource",
		`{Effect: Allow, Action: [], Resource: "*"}`:                                                                                "Action is empty",
		`{Effect: Allow, Action: [[a]], Resource: "*"}`:                                                                             "Action must be a string or a list of strings",
		`{Effect: Allow, Action: "GetObject", Resource: "*"}`:                                                                       `Action "GetObject": not an action`,
		`{Effect: Allow, Action: "s*:GetObject", Resource: "*"}`:                                                                    `Action "s*:GetObject": not an action`,
		`{Effect: Allow, Action: "s3:*", Resource: "bucket/*"}`:                                                                     `Resource "bucket/*": not an ARN`,
		`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s*:::b"}`:                                                               `Resource "arn:aws:s*:::b": not an ARN`,
		`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::${bucket}"}`:                                                       "unknown policy variable ${bucket}",
		`{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::${aws:x"}`:                                                         "is not a policy variable",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Principal: "*"}`:                                                            "a role's policy has no Principal",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEqual: {"aws:SourceAccount": v}}}`:                        "unknown operator StringEqual\nhint: did you mean StringEquals?",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {DateLessThan: {"aws:CurrentTime": "2026-01-01"}}}`:              "the operator DateLessThan is not supported here",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {NullIfExists: {"aws:SourceAccount": true}}}`:                    "the operator NullIfExists is not one that AWS documents",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {"ForAnyValue:StringEqualsIfExists": {"aws:SourceAccount": v}}}`: "is not one that AWS documents",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {Bool: {"aws:SourceAccount": "yes"}}}`:                           `Bool aws:SourceAccount: "yes" is not a value of this operator`,
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {NumericEquals: {"aws:SourceAccount": "ten"}}}`:                  `NumericEquals aws:SourceAccount: "ten" is not a value of this operator`,
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {ArnLike: {"aws:SourceArn": "states"}}}`:                         `ArnLike aws:SourceArn: "states" is not a value of this operator`,
		`{Effect: Deny, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"aws:RequestedRegion": v}}}`:                      "StringEquals: the condition key aws:RequestedRegion is not supported here",
		`{Effect: Deny, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"aws:PrincipalAcount": v}}}`:                      "did you mean aws:PrincipalAccount?",
		`{Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::${aws:username}/*"}`:                                                "${aws:username}: the condition key aws:username is not supported here",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {SourceArn: v}}}`:                                 `StringEquals: "SourceArn" is not a condition key`,
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: v}}`:                                              "the Condition's StringEquals must be an object",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"aws:SourceAccount": [{a: b}]}}}`:                "StringEquals aws:SourceAccount must be a string or a list of strings",
		`{Effect: Allow, Action: "s3:*", Resource: "*", Condition: [a]}`:                                                            "the Condition must have operators with keys and values",
		`{Sid: No, Effect: Allow, Action: "s3:*", Resource: "*"}`:                                                                   "R, policy p, statement 1: the Sid must consist of letters and digits, not false",
		`{Sid: a b, Effect: Allow, Action: "s3:*", Resource: "*"}`:                                                                  "the Sid must consist of letters and digits, not a b",
		`text`: "R, policy p, statement 1: a statement must be an object",
	} {
		if _, err := load(statement); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "t.yaml:3:3: ") {
			t.Errorf("%s: %v, want %q", statement, err, want)
		}
	}
	for resource, want := range map[string]string{
		`{Type: AWS::IAM::Role, Properties: {PermissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess"}}`: "X: the property PermissionsBoundary is not supported here",
		`{Type: AWS::IAM::Role}`: "X, policy AssumeRolePolicyDocument: the document must be an object",
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: "2012-10-18", Statement: {Effect: Allow, Principal: "*", Action: "sts:*"}}}}`:   "unknown Version 2012-10-18",
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statements: [], Statement: {Effect: Allow, Principal: "*", Action: "sts:*"}}}}`:          "unknown element Statements\nhint: did you mean Statement?",
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "sts:*", Resource: "*"}}}}`:           "a trust policy has no Resource",
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: "sts:*"}}}}`:                                          `the Principal must be "*" or an object`,
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Federated: x}, Action: "sts:*"}}}}`:               `the principal Federated "x" is not supported here`,
		`{Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda}, Action: "sts:*"}}}}`:            `the principal Service "lambda" is not supported here`,
		`{Type: AWS::IAM::Role, Properties: {Policies: [{}], AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "sts:*"}}}}`:          "X: Policies[0] has no PolicyName",
		`{Type: AWS::S3::BucketPolicy, Properties: {Bucket: b, PolicyDocument: {Statement: {Effect: Allow, NotPrincipal: "*", Action: "s3:*", Resource: "*"}}}}`: "element NotPrincipal",
		`{Type: AWS::SQS::QueuePolicy, Properties: {Queues: [q], PolicyDocument: {Statement: {Effect: Allow, Principal: "*", Action: "sqs:*", Resource: "*"}}}}`: `X: "q" is not the URL of a queue`,
	} {
		if _, err := loadTemplate("Resources:\n  X: " + resource + "\n"); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "t.yaml:2:3: ") {
			t.Errorf("%s: %v, want %q", resource, err, want)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	account, err := load(`{Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::b/*"}, {Effect: Allow, Action: ["s3:ListBucket", "s3:GetObject"], Resource: "arn:aws:s3:::b/lokki/birds-flow/*"}`)
	if err != nil {
		b.Fatal(err)
	}
	r, err := account.Role(roleARN)
	if err != nil {
		b.Fatal(err)
	}
	call := iam.Call{Action: getObject, Resource: "arn:aws:s3:::b/lokki/birds-flow/run/flap-bird/17/output.json.gz"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Check(call); err != nil {
			b.Fatal(err)
		}
	}
}
