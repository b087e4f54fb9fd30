package awslimits

// CloudFormation, from
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html.
const (
	InlineTemplateBytes = 51_200  // of a template that is sent with the request; a larger one must be in S3
	TemplateBytes       = 1 << 20 // of a template in S3
	Resources           = 500     // of a template, as are the following
	Parameters          = 200
	Outputs             = 200
	Mappings            = 200
)
