package cfn

import (
	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/envelope"
)

// The roles' permissions in the bucket. They cover only the runs of their
// stack, because several stacks may share a bucket and a prefix.

// stackUUID identifies the stack: it is the last part of the stack's id.
func stackUUID() *yaml.Node {
	split := list("/", ref("AWS::StackId"))
	split.Tag, split.Style = "!Split", yaml.FlowStyle
	n := list(2, split)
	n.Tag, n.Style = "!Select", yaml.FlowStyle
	return n
}

// runs matches the keys of all values of the stack's runs that match a pattern.
func (t template) runs(pattern string) string {
	return "${" + paramPrefix + "}/" + t.flow + "/" + envelope.RunPattern("${Stack}") + "/" + pattern
}

// inRuns is the ARN of these objects.
func (t template) inRuns(pattern string) *yaml.Node {
	return subWith("arn:${AWS::Partition}:s3:::${Bucket}/"+t.runs(pattern), "Bucket", bucketName(), "Stack", stackUUID())
}

// valuesPolicy is what a step may do. It stores a value only if its key has none.
// Requests for an upload's parts come without that condition, its completion with it
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html).
func (t template) valuesPolicy() *yaml.Node {
	return inline("values",
		allow("Values", t.inRuns("*"), "s3:GetObject", "s3:AbortMultipartUpload"),
		under(object("Null", object("s3:if-none-match", "false")),
			allow("Store", t.inRuns("*"), "s3:PutObject")),
		under(object("Bool", object("s3:ObjectCreationOperation", "false")),
			allow("StoreParts", t.inRuns("*"), "s3:PutObject")),
		// Without permission to list the bucket, S3 answers "access denied" for a missing
		// object, and a retry couldn't tell whether the first attempt had stored its
		// value (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html,
		// Permissions).
		under(object("StringLike", object("s3:prefix", subWith(t.runs("*"), "Stack", stackUUID()))),
			allow("Missing", subWith("arn:${AWS::Partition}:s3:::${Bucket}", "Bucket", bucketName()), "s3:ListBucket")))
}

// mapsPolicy is what the state machine's maps need: to read lists, and to write
// each child's outcome.
func (t template) mapsPolicy() *yaml.Node {
	return inline("maps",
		allow("Items", t.inRuns("*/items.json"), "s3:GetObject"),
		allow("Results", t.inRuns("*/results/*"),
			"s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"))
}

// writeOnce denies replacing a value in a bucket, to everyone; what Step
// Functions writes has other names.
func writeOnce(bucket string) *yaml.Node {
	values := list()
	for _, name := range envelope.ObjectNames {
		values.Content = append(values.Content, sub(bucket+"/${"+paramPrefix+"}/*/"+name))
	}
	return object(
		"Sid", "WriteOnce",
		"Effect", "Deny",
		"Principal", "*",
		"Action", "s3:PutObject",
		"Resource", values,
		"Condition", object(
			"Null", object("s3:if-none-match", "true"),
			"Bool", object("s3:ObjectCreationOperation", "true")),
	)
}
