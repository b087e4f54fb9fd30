package cfn_test

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestAKeyIsUsedByAllOrNone: everything at rest uses the key, and whoever reads
// or writes it may use the key, all under one condition.
func TestAKeyIsUsedByAllOrNone(t *testing.T) {
	resources := at(template(t, scheduled(t)), "Resources")
	for i := 0; i < len(resources.Content); i += 2 {
		id, n := resources.Content[i].Value, resources.Content[i+1]
		var paths [][]string
		switch at(n, "Type").Value {
		case "AWS::Logs::LogGroup":
			paths = [][]string{{"KmsKeyId"}}
		case "AWS::Lambda::Function":
			paths = [][]string{{"KmsKeyArn"}}
		case "AWS::SQS::Queue":
			paths = [][]string{{"KmsMasterKeyId"}}
		case "AWS::IAM::Role":
			paths = [][]string{{"Policies"}}
		case "AWS::S3::Bucket":
			paths = [][]string{{"BucketEncryption"}}
		}
		for _, path := range paths {
			var found int
			conditional(at(at(n, "Properties"), path...), "UseKmsKey", func(yes *yaml.Node) {
				if strings.Contains(render(t, yes), "!Ref KmsKeyArn") {
					found++
				}
			})
			if found != 1 {
				t.Errorf("%s has the key %d times under the condition", id, found)
			}
		}
		if all := strings.Count(render(t, n), "!Ref KmsKeyArn"); all != len(paths) {
			t.Errorf("%s names the key %d times, want %d", id, all, len(paths))
		}
	}
}

// conditional calls visit with the first value of each If on the condition.
func conditional(n *yaml.Node, condition string, visit func(yes *yaml.Node)) {
	if n == nil {
		return
	}
	if n.Tag == "!If" && n.Content[0].Value == condition {
		visit(n.Content[1])
	}
	for _, inner := range n.Content {
		conditional(inner, condition, visit)
	}
}
