package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// field is one key of lokki.yml. Everything that is particular to a field
// stands in the table below.
type field struct {
	key   string                                    // with its parent, as in "roles.pipeline"
	parse func(p *parser, n *yaml.Node) (any, bool) // reports what is wrong itself
	apply func(c *Config, value any)
}

// The forms of values, shared with the template's parameters, which let the
// same values be given at deployment. Account ids are AWS's to judge, but for
// the one that examples use.
const (
	BucketForm = `^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`
	RoleForm   = `^arn:aws[a-z-]*:iam::[0-9]+:role/[A-Za-z0-9+=,.@_/-]+$`
	ECRForm    = `^[0-9]+\.dkr[.-]ecr\.[a-z0-9-]+\.[a-z0-9.-]+(/[a-z0-9]+([._/-][a-z0-9]+)*)?$`
	tagForm    = `^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`
)

var fields = []field{
	{"artifact_bucket", text(BucketForm, "the name of a bucket, as in my-lokki-artifacts"),
		func(c *Config, v any) { c.ArtifactBucket = v.(string) }},
	{"roles.pipeline", text(RoleForm, "the ARN of a role, as in arn:aws:iam::123456789012:role/pipeline"),
		func(c *Config, v any) { c.Roles.Pipeline = v.(string) }},
	{"roles.lambda", text(RoleForm, "the ARN of a role, as in arn:aws:iam::123456789012:role/lambda"),
		func(c *Config, v any) { c.Roles.Lambda = v.(string) }},
	{"lambda_env", environment,
		func(c *Config, v any) { c.LambdaEnv = v.(map[string]string) }},
	{"ecr_repo_prefix", text(ECRForm, "a registry with or without a path, as in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team"),
		func(c *Config, v any) { c.ECRRepoPrefix = v.(string) }},
	{"build_dir", text(`.`, "a folder"),
		func(c *Config, v any) { c.BuildDir = v.(string) }},
	{"lambda_defaults.timeout", number(1, 900, "seconds"),
		func(c *Config, v any) { c.LambdaDefaults.Timeout = v.(int) }},
	{"lambda_defaults.memory", number(128, 10240, "MB"),
		func(c *Config, v any) { c.LambdaDefaults.Memory = v.(int) }},
	{"lambda_defaults.image_tag", text(tagForm, "a tag of an image, as in latest"),
		func(c *Config, v any) { c.LambdaDefaults.ImageTag = v.(string) }},
}

// text parses a string of the given form. An empty one is as if not given.
func text(form, want string) func(*parser, *yaml.Node) (any, bool) {
	re := regexp.MustCompile(form)
	return func(p *parser, n *yaml.Node) (any, bool) {
		s, ok := p.text(n, want)
		if !ok || s == "" {
			return nil, false
		}
		if !re.MatchString(s) {
			p.report(n, fmt.Sprintf("%q is not %s", s, want), "")
			return nil, false
		}
		if strings.Contains(s, "000000000000") {
			p.report(n, fmt.Sprintf("%q has the account 000000000000, which is nobody's", s), "write your account's id")
			return nil, false
		}
		return s, true
	}
}

// number parses a whole number from least to most.
func number(least, most int, unit string) func(*parser, *yaml.Node) (any, bool) {
	return func(p *parser, n *yaml.Node) (any, bool) {
		value, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil {
			p.report(n, fmt.Sprintf("want a whole number of %s, not %s", unit, describe(n)), "")
			return nil, false
		}
		if value < least || value > most {
			p.report(n, fmt.Sprintf("%d: want %d to %d %s", value, least, most, unit), "")
			return nil, false
		}
		return value, true
	}
}

// environment parses variables and their values, all of which are strings: a
// YAML number or boolean has more than one spelling, so it has to be quoted.
func environment(p *parser, n *yaml.Node) (any, bool) {
	env := map[string]string{}
	ok := p.mapping(n, func(key, value *yaml.Node) {
		s, ok := p.text(value, "a string")
		if !ok {
			return
		}
		if err := CheckVariable(key.Value, s); err != nil {
			what, hint, _ := strings.Cut(err.Error(), "\nhint: ")
			p.report(key, what, hint)
		}
		env[key.Value] = s
	})
	return env, ok
}
