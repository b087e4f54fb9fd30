// Package lambdastep runs one step of a flow as an AWS Lambda function. The
// build generates the program around it:
//
//	func main() { lambdastep.Start(step.GetBirds) }
//
// An invocation goes from the event to the reply in this order: the request is
// decoded and checked (internal/envelope), the argument is fetched (input.go),
// the function runs (call.go) within its time limit (clock.go), its result is
// stored once (output.go), and the reply says where the run stands. Whatever
// fails becomes an error whose type Step Functions can match (errors.go).
//
// The environment says where values live, and what to log:
//
//	LOKKI_ARTIFACT_BUCKET  the S3 bucket; required
//	LOKKI_PREFIX           first part of every key; "lokki" unless set
//	LOKKI_STACK            the stack, by which metrics and logs of several are told apart
//	LOKKI_METRICS          "false" if CloudWatch is to make no metrics of the logs
//	AWS_LAMBDA_LOG_LEVEL   least level that is logged; INFO unless set
//
// Logs are lines of JSON on standard output. Those of a step, by log/slog or
// log, carry stack, flow, run, step, path and attempt (log.go). Each invocation
// ends with one line that sums it up, from which CloudWatch also takes metrics by
// stack, flow and step (metrics.go); AWS_LAMBDA_LOG_LEVEL doesn't suppress it.
//
// Memory and CPUs are taken to be what AWS_LAMBDA_FUNCTION_MEMORY_SIZE says
// (limits.go), unless GOMEMLIMIT or GOMAXPROCS say it.
//
// Region, credentials, endpoint and certificates come from the variables of
// the AWS SDK.
package lambdastep
