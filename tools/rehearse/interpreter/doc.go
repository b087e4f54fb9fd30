// Package interpreter interprets the Amazon States Language: it runs a state machine
// as AWS Step Functions would, with the caller's Lambda functions and objects.
//
// It is written from the States Language specification
// (https://states-language.net/spec.html) and the Step Functions Developer
// Guide (https://docs.aws.amazon.com/step-functions/latest/dg/), and knows
// nothing of how lokki makes its state machines. Where the service is known to
// differ from the specification, this package does what the service does: a
// path that finds nothing and a Choice without a match fail with
// States.Runtime.
//
// [Load] checks a definition and reports all its problems at once. Fields that
// the language doesn't have are problems, and so is what this package doesn't
// support: JSONata, variables, activities, and integrations other
// than Lambda and the S3 objects of a Distributed Map.
//
// The members of an object are sorted by name, while the service keeps the order in
// which they were written. The difference shows in the texts of results, in hashes
// of objects, and in what ".*" selects of an object.
//
// [Machine.Execute] runs the machine, [Machine.Redrive] continues a run that
// failed. Values are decoded once and shared: nothing changes a value in place.
package interpreter
