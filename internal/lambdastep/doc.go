// Package lambdastep runs one step of a flow as an AWS Lambda function. The
// build generates the program around it:
//
//	func main() { lambda.Start(step.GetBirds) }
//
// An invocation goes from the event to the reply in this order: the request is
// decoded and checked (internal/envelope), the argument is fetched (input.go),
// the function runs (call.go) within its time limit (clock.go), its result is
// stored once (output.go), and the reply references it for the next state. Any
// failure becomes an error whose type Step Functions can match (errors.go).
//
// Environment variables configure the storage and the logs:
//
//	LOKKI_ARTIFACT_BUCKET  the S3 bucket; required
//	LOKKI_PREFIX           first part of every key; defaults to "lokki"
//	LOKKI_STACK            the stack, which tells metrics and logs of several stacks apart
//	LOKKI_METRICS          "false" to keep CloudWatch from making metrics of the logs
//	AWS_LAMBDA_LOG_LEVEL   lowest level that is logged; defaults to INFO
//
// Logs are lines of JSON on standard output. A step's own lines, written by
// log/slog or log, carry stack, flow, run, step, path and attempt (log.go). Each
// invocation ends with a summary line, from which CloudWatch also takes metrics by
// stack, flow and step (metrics.go); AWS_LAMBDA_LOG_LEVEL doesn't suppress it.
//
// Limits for memory and CPUs follow from AWS_LAMBDA_FUNCTION_MEMORY_SIZE
// (limits.go), unless GOMEMLIMIT or GOMAXPROCS is set.
//
// Region, credentials, endpoint and certificates come from the variables of
// the AWS SDK.
package lambdastep
