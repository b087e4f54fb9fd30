package cfn

import "gopkg.in/yaml.v3"

// A key of one's own is a parameter: it differs between environments, and most
// have none. It encrypts what the stack keeps at rest, and its statements are in
// a role only when there is one. The key's policy is its owner's; it has to let
// CloudWatch Logs use it
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).

// ifKey is a property that is there only when the stack has a key.
func ifKey(value any) *yaml.Node { return choose(useKey, value, ref(noValue)) }

// keyPolicy is a policy inside a role that lets it use the key through services,
// and not by itself. The suffix of the services' names differs between partitions
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).
func keyPolicy(services ...string) *yaml.Node {
	names := list()
	for _, s := range services {
		names.Content = append(names.Content, sub(s+".${AWS::Region}.amazonaws.com*"))
	}
	return when(useKey, inline("key", under(
		object("StringLike", object("kms:ViaService", names)),
		allow("Key", ref(paramKey), "kms:Decrypt", "kms:GenerateDataKey"))))
}
