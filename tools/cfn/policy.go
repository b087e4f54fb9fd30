package cfn

import "gopkg.in/yaml.v3"

func policy(statements ...any) *yaml.Node {
	return object("Version", "2012-10-17", "Statement", list(statements...))
}

// allow is one statement. resource is a string, a node or a list.
func allow(sid string, resource any, actions ...any) *yaml.Node {
	return object(
		"Sid", sid,
		"Effect", "Allow",
		"Action", list(actions...),
		"Resource", resource,
	)
}

// under puts a statement under a condition.
func under(condition, statement *yaml.Node) *yaml.Node { return add(statement, "Condition", condition) }

// tlsOnly denies requests without TLS.
func tlsOnly(action string, resource any) *yaml.Node {
	return object(
		"Sid", "TlsOnly",
		"Effect", "Deny",
		"Principal", "*",
		"Action", action,
		"Resource", resource,
		"Condition", object("Bool", object("aws:SecureTransport", "false")),
	)
}

// trust lets a service assume the role, under a condition if there is one.
func trust(service string, condition *yaml.Node) *yaml.Node {
	return policy(object(
		"Effect", "Allow",
		"Principal", object("Service", service),
		"Action", "sts:AssumeRole",
		"Condition", condition,
	))
}

func inline(name string, statements ...any) *yaml.Node {
	return object("PolicyName", name, "PolicyDocument", policy(statements...))
}
