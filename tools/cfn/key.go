package cfn

import "gopkg.in/yaml.v3"

// A customer-managed key is a parameter: it differs between environments, and most have
// none. It encrypts what the stack stores, and a role has its statements only if there
// is a key. The key's policy is up to its owner; it must let CloudWatch Logs use the
// key
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).

// ifKey is a property that is set only if the stack has a key.
func ifKey(value any) *yaml.Node { return fnIf(useKey, value, ref(noValue)) }

// keyPolicy is an inline policy that lets a role use the key through services, but not
// directly. The suffix of the services' names differs between partitions
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service).
func keyPolicy(services ...string) *yaml.Node {
	names := list()
	for _, s := range services {
		names.Content = append(names.Content, sub(s+".${AWS::Region}.amazonaws.com*"))
	}
	return ifOrNoValue(useKey, inline("key", under(
		object("StringLike", object("kms:ViaService", names)),
		allow("Key", ref(paramKey), "kms:Decrypt", "kms:GenerateDataKey"))))
}
