package config

import (
	"strings"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// field is one key of lokki.yml. Everything specific to a field is in the table
// below; docs/config.md has the table's text.
type field struct {
	key   string // with its section, as in "roles.pipeline"
	about string // its description, in Markdown
	kind  kind
	at    func(*Config) any // pointer to the field's value
}

// variable is the environment variable that sets the field.
func (f field) variable() string { return variableOf(f.key) }

func variableOf(key string) string {
	return "LOKKI_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// architectureKey is the only field that the rules read too.
const architectureKey = "lambda_defaults.architecture"

// set stores value, which the field's kind has parsed.
func (f field) set(c *Config, value any) {
	switch to := f.at(c).(type) {
	case *string:
		*to = value.(string)
	case *int:
		*to = value.(int)
	case *bool:
		*to = value.(bool)
	case *map[string]string:
		*to = value.(map[string]string)
	}
}

// get returns the field's value.
func (f field) get(c Config) any {
	switch from := f.at(&c).(type) {
	case *string:
		return *from
	case *int:
		return *from
	case *bool:
		return *from
	case *map[string]string:
		return *from
	}
	return nil
}

// The patterns of values, shared with the template's parameters, which accept
// the same values at deployment. Account ids are not checked, except for the
// one in examples. PrefixForm excludes what has a meaning in a policy's
// resource (* and ?) or in States.Format ('{}\).
const (
	BucketForm = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	PrefixForm = `^[A-Za-z0-9_-][A-Za-z0-9_.-]*(/` + prefixPart + `)*$` // no leading dot: the store's own folders have one
	prefixPart = `[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*`          // not "." or ".."
	RoleForm   = `^arn:aws[a-z-]*:iam::[0-9]+:role/[A-Za-z0-9+=,.@_/-]+$`
	ECRForm    = `^[0-9]+\.dkr[.-]ecr\.[a-z0-9-]+\.[a-z0-9.-]+(/[a-z0-9]+([._/-][a-z0-9]+)*)?$`
	tagForm    = `^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`
)

// Limits that the template's parameters share.
const (
	MaxPrefix     = 200  // characters
	MaxDataExpiry = 3650 // days
)

// Retentions are the numbers of days for which CloudWatch Logs can keep logs
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
var Retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
	1096, 1827, 2192, 2557, 2922, 3288, 3653}

// The limits of timeout, memory and ephemeral storage are Lambda's
// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
var fields = []field{
	{"artifact_bucket", "bucket of the values that pass between steps, in the stack's account and region; without one the stack creates its own",
		optional(BucketForm, "the name of a bucket, as in my-lokki-artifacts"),
		func(c *Config) any { return &c.ArtifactBucket }},
	{"prefix", "first part of the keys of all values",
		text(PrefixForm, MaxPrefix, "the first part of keys, as in lokki or team/lokki, without a leading dot"),
		func(c *Config) any { return &c.Prefix }},
	{"data_expiry", "days after which values are deleted from a bucket that the stack creates; a failed execution can be redriven for 14 days",
		number(1, MaxDataExpiry, "days"),
		func(c *Config) any { return &c.DataExpiry }},
	{"roles.pipeline", "role of the state machine; without one the stack creates its own",
		optional(RoleForm, "the ARN of a role, as in arn:aws:iam::123456789012:role/pipeline"),
		func(c *Config) any { return &c.Roles.Pipeline }},
	{"roles.lambda", "role of all Lambdas; without one the stack creates its own",
		optional(RoleForm, "the ARN of a role, as in arn:aws:iam::123456789012:role/lambda"),
		func(c *Config) any { return &c.Roles.Lambda }},
	{"lambda_env", "environment variables of every Lambda; `env` of a `lokki_step` is added to them. They are visible in plain text in the template: don't put secrets here",
		environment(),
		func(c *Config) any { return &c.LambdaEnv }},
	{"lambda_defaults.timeout", "longest run of one invocation, for steps without `timeout`",
		number(1, awslimits.LambdaSeconds, "seconds"),
		func(c *Config) any { return &c.LambdaDefaults.Timeout }},
	{"lambda_defaults.memory", "memory, for steps without `memory`",
		number(awslimits.MinMemory, awslimits.MaxMemory, "MB"),
		func(c *Config) any { return &c.LambdaDefaults.Memory }},
	{"lambda_defaults.ephemeral_storage", "size of `/tmp`, for steps without `ephemeral_storage`",
		number(awslimits.MinStorage, awslimits.MaxStorage, "MB"),
		func(c *Config) any { return &c.LambdaDefaults.EphemeralStorage }},
	{architectureKey, "architecture of steps without `architecture`",
		choice("an architecture", "arm64", "amd64"),
		func(c *Config) any { return &c.LambdaDefaults.Architecture }},
	{"lambda_defaults.image_tag", "tag to push images with; they are deployed by digest, whatever the tag",
		text(tagForm, 128, "a tag of an image, as in latest"),
		func(c *Config) any { return &c.LambdaDefaults.ImageTag }},
	{"ecr_repo_prefix", "registry of the images, in the stack's region, and the first part of their repositories' names; without one it is the account's registry",
		optional(ECRForm, "a registry with or without a path, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team"),
		func(c *Config) any { return &c.ECRRepoPrefix }},
	{"log_retention", "days that the logs of executions and Lambdas are kept",
		oneOf("days", Retentions...),
		func(c *Config) any { return &c.LogRetention }},
	{"tracing", "whether X-Ray traces executions and Lambdas",
		boolean(),
		func(c *Config) any { return &c.Tracing }},
	{"metrics", "whether CloudWatch keeps metrics of the steps, at extra cost; otherwise the same figures are only in the logs. See below",
		boolean(),
		func(c *Config) any { return &c.Metrics }},
	{"build_dir", "folder for copies of the artifacts; see below",
		text(`.`, 4096, "a folder"),
		func(c *Config) any { return &c.BuildDir }},
}
