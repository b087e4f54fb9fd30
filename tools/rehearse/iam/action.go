package iam

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// actions maps the actions of the calls that a flow makes to the forms of their
// resources; "*" is an action without a resource. The tables are those of
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html:
// list_amazons3, list_awslambda, list_awsstepfunctions, list_amazoncloudwatchlogs,
// list_awsx-ray, list_awskeymanagementservice, list_amazonsqs and list_amazonsns.
var actions = map[string]string{
	"s3:AbortMultipartUpload":       object,
	"s3:DeleteObject":               object,
	"s3:GetObject":                  object,
	"s3:ListBucket":                 bucketARN,
	"s3:ListBucketMultipartUploads": bucketARN,
	"s3:ListMultipartUploadParts":   object,
	"s3:PutObject":                  object,

	"lambda:InvokeFunction": `lambda:[^:]+:[0-9]{12}:function:[^:]+(:[^:]+)?`,

	"states:DescribeExecution": execution,
	"states:RedriveExecution":  execution,
	"states:StartExecution":    `states:[^:]+:[0-9]{12}:stateMachine:[^:]+`,
	"states:StopExecution":     execution,

	"logs:CreateLogDelivery":        none,
	"logs:CreateLogStream":          stream,
	"logs:DeleteLogDelivery":        none,
	"logs:DescribeLogGroups":        `logs:[^:]+:[0-9]{12}:log-group:.*`,
	"logs:DescribeResourcePolicies": none,
	"logs:GetLogDelivery":           none,
	"logs:ListLogDeliveries":        none,
	"logs:PutLogEvents":             stream,
	"logs:PutResourcePolicy":        none,
	"logs:UpdateLogDelivery":        none,

	"xray:GetSamplingRules":    none,
	"xray:GetSamplingTargets":  none,
	"xray:PutTelemetryRecords": none,
	"xray:PutTraceSegments":    none,

	"kms:Decrypt":         key,
	"kms:GenerateDataKey": key,

	"sns:Publish":     `sns:[^:]+:[0-9]{12}:[^:]+`,
	"sqs:SendMessage": `sqs:[^:]+:[0-9]{12}:[^:]+`,
}

const (
	none      = "*"
	object    = `s3:::[^/]+/.+`
	bucketARN = `s3:::[^/]+`
	key       = `kms:[^:]+:[0-9]{12}:key/.+`
	execution = `states:[^:]+:[0-9]{12}:execution:[^:]+:[^:]+`
	stream    = `logs:[^:]+:[0-9]{12}:log-group:[^:]+:log-stream:[^:]+`
)

// forms are the resources' forms as regular expressions.
var forms = func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for action, form := range actions {
		if form != none {
			all[action] = regexp.MustCompile(`^arn:[a-z-]+:` + form + `$`)
		}
	}
	return all
}()

// TakesResource reports whether a policy can name a resource for an action.
func TakesResource(action string) (bool, error) {
	form, ok := actions[action]
	if !ok {
		return false, unknown("action", action, slices.Sorted(maps.Keys(actions)))
	}
	return form != none, nil
}

// check reports calls that AWS doesn't know: a rehearsal that makes one has a
// bug.
func (c Call) check() error {
	takes, err := TakesResource(c.Action)
	switch {
	case err != nil:
		return err
	case !takes && c.Resource != none:
		return fmt.Errorf("the action %s takes no resource, not %s", c.Action, c.Resource)
	case takes && !forms[c.Action].MatchString(c.Resource):
		return fmt.Errorf("the action %s doesn't take the resource %s", c.Action, c.Resource)
	}
	return nil
}
