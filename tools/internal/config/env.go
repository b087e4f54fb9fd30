package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// variableForm and reserved are Lambda's rules
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
var variableForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_]+$`)

var reserved = []string{
	"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
	"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
	"AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
}

// own are set by the template.
var own = []string{"LOKKI_ARTIFACT_BUCKET", "LOKKI_PREFIX", "LOKKI_STACK", "LOKKI_METRICS"}

// secretForm matches values that look like credentials: AWS access keys,
// private keys, tokens of GitHub, GitLab, Slack and Stripe; and references that
// CloudFormation replaces by a secret's value.
var secretForm = regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|` +
	`\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{30}|\bglpat-[A-Za-z0-9_-]{20}|\bxox[abprs]-[A-Za-z0-9-]{10}|\bsk_live_[A-Za-z0-9]{16}|` +
	`\{\{resolve:(secretsmanager|ssm-secure):`)

// CheckVariable reports why a Lambda's environment can't have the variable:
// Lambda rejects its name, lokki or Lambda sets it, or its value is a secret,
// which everyone who may read the function's configuration would see. The
// message doesn't repeat the value.
func CheckVariable(name, value string) error {
	switch {
	case slices.Contains(own, name):
		return fmt.Errorf("variable %s is set by the template\nhint: give its value as a parameter when you deploy", name)
	case slices.Contains(reserved, name), strings.HasPrefix(name, "_"):
		return fmt.Errorf("variable %s is reserved by Lambda\nhint: choose another name", name)
	case !variableForm.MatchString(name):
		return fmt.Errorf("variable %q: want a letter, then one or more letters, digits or underscores", name)
	case HoldsSecret(value):
		return fmt.Errorf("variable %s holds a secret, which everyone who may read the Lambda's configuration would see\n"+
			"hint: store it in Secrets Manager, give the secret's name here, and read it in the step", name)
	}
	return nil
}

// HoldsSecret reports whether a text that would be visible in the template
// contains a credential.
func HoldsSecret(text string) bool { return secretForm.MatchString(text) }
