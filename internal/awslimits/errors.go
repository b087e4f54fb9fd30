package awslimits

// Errors that Step Functions raises itself
// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
const (
	AnyError        = "States.ALL"        // in a rule: every error except those that can't be retried
	TaskFailed      = "States.TaskFailed" // in a rule: every error of a task except Timeout
	Timeout         = "States.Timeout"    // a state took longer than its TimeoutSeconds
	Heartbeat       = "States.HeartbeatTimeout"
	Runtime         = "States.Runtime" // a state can't be processed
	DataLimit       = "States.DataLimitExceeded"
	Intrinsic       = "States.IntrinsicFailure"
	Permissions     = "States.Permissions"
	ResultPathMatch = "States.ResultPathMatchFailure"
	Threshold       = "States.ExceedToleratedFailureThreshold" // more children of a map failed than it tolerates
	ItemReader      = "States.ItemReaderFailed"
	ResultWriter    = "States.ResultWriterFailed"
)

// Errors of Lambda's API, as Step Functions names them
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html,
// https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html).
const (
	TooManyRequests         = "Lambda.TooManyRequestsException" // the account is at its concurrency limit
	ServiceException        = "Lambda.ServiceException"
	AWSLambdaException      = "Lambda.AWSLambdaException" // any other error of the API
	SdkClientException      = "Lambda.SdkClientException"
	ClientExecutionTimeout  = "Lambda.ClientExecutionTimeoutException"
	CodeArtifactUserPending = "Lambda.CodeArtifactUserPendingException" // the image is being prepared
	CodeArtifactUserFailed  = "Lambda.CodeArtifactUserFailedException"  // it could not be
	CodeArtifactUserDeleted = "Lambda.CodeArtifactUserDeletedException" // it is missing from its registry
	ResourceConflict        = "Lambda.ResourceConflictException"        // the function is being created or updated
	ResourceNotReady        = "Lambda.ResourceNotReadyException"        // its connection to a network is being restored
	SnapStartNotReady       = "Lambda.SnapStartNotReadyException"
	SnapStartTimeout        = "Lambda.SnapStartTimeoutException"
)

// Errors of a function's environment
// (https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html).
const (
	SandboxTimedout = "Sandbox.Timedout"  // the function took longer than its timeout
	RuntimeExit     = "Runtime.ExitError" // its process ended
)
