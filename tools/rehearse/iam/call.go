package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Call is a request to AWS.
type Call struct {
	Action   string              // as in "s3:GetObject"
	Resource string              // the ARN; "*" for an action without a resource
	Context  map[string][]string // condition keys of the request, besides those that every role has
}

// keys are the supported condition keys: those that a call has because of its role, of
// its resource, or of who assumes the role; and those that it never has, because it comes
// from a service or from a function outside of any VPC
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
// Any other key might be present on AWS: if it were treated as missing, a call that a
// Deny forbids could pass.
var keys = []string{
	"aws:SecureTransport", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:ResourceAccount",
	"aws:SourceArn", "aws:SourceAccount",
	"s3:prefix", "s3:if-none-match", "s3:ObjectCreationOperation", "kms:ViaService",
	"aws:ViaAWSService", "aws:SourceVpc", "aws:SourceVpce", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TagKeys",
}

// tagOf returns the name of the role's tag that a condition key refers to, or false
// for any other key.
func tagOf(key string) (name string, ok bool) {
	const start = "aws:PrincipalTag/"
	if len(key) <= len(start) || !strings.EqualFold(key[:len(start)], start) {
		return "", false
	}
	return key[len(start):], true
}

// checkKey reports a condition key that isn't supported.
func checkKey(key string) error {
	if _, ok := tagOf(key); ok || slices.ContainsFunc(keys, func(known string) bool { return strings.EqualFold(known, key) }) {
		return nil
	}
	return unknown("condition key", key, keys)
}

// context finds the values of condition keys. The request's own come first.
type context struct {
	request map[string][]string
	role    *Role // nil if a service assumes a role
}

// values returns the values of a key, case-insensitively, or nil if the call doesn't have
// it
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
func (c context) values(key string) []string {
	for name, values := range c.request {
		if strings.EqualFold(name, key) {
			return values
		}
	}
	if strings.EqualFold(key, "aws:SecureTransport") {
		return []string{"true"} // AWS's services and SDKs use TLS
	}
	if c.role == nil {
		return nil
	}
	if tag, ok := tagOf(key); ok {
		for name, value := range c.role.tags {
			if strings.EqualFold(name, tag) {
				return []string{value}
			}
		}
		return nil
	}
	switch strings.ToLower(key) {
	case "aws:principalarn":
		return []string{c.role.ARN}
	case "aws:principalaccount", "aws:resourceaccount":
		return []string{c.role.account.id}
	case "aws:principaltype":
		return []string{"AssumedRole"}
	}
	return nil
}

// AccessDenied is the error of a call that isn't allowed.
type AccessDenied struct {
	Principal string // the ARN of the role, or the name of a service
	Action    string
	Resource  string
	Denied    *Source // the statement that denies it; nil if none allows it
	Hint      string

	policies string // the kind of policies that deny or don't allow
}

// Error reads like AWS's own message
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
func (e *AccessDenied) Error() string {
	text := fmt.Sprintf("AccessDenied: %s is not authorized to perform: %s on resource: %s", e.Principal, e.Action, e.Resource)
	if e.Denied != nil {
		text += fmt.Sprintf(" with an explicit deny in a %s policy: %s", e.policies, *e.Denied)
		text = strings.Replace(text, "in a identity", "in an identity", 1)
	} else {
		text += fmt.Sprintf(" because no %s policy allows the %s action", e.policies, e.Action)
	}
	if e.Hint != "" {
		text += "\nhint: " + e.Hint
	}
	return text
}
