package interpreter

// Quotas of the service
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const (
	definitionLimit = 1 << 20   // bytes of a definition
	dataLimit       = 256 << 10 // bytes of a state's input, its output and a task's result
	nameLimit       = 80        // characters of the name of a state or an execution
	labelLimit      = 40        // characters of a map's label
	eventLimit      = 25_000    // events in the history of a Standard execution
	mapRunLimit     = 1_000     // open map runs; others wait
	childLimit      = 10_000    // children of a map run at once
	itemLimit       = 100_000_000
	inlineLimit     = 40                        // iterations of an inline map at once
	expressMinutes  = 5                         // the longest an Express execution may run
	secondsLimit    = 99_999_999                // the longest timeout, retry interval and wait
	delayLimit      = 31_622_400                // MaxDelaySeconds must be less
	resultFileLimit = 5 << 30                   // bytes of a ResultWriter's file
	forbiddenLetter = "?*<>{}[]:;,\\|^~$#%&`\"" // in labels; blanks and control characters too
)

// The names of errors that the service reports.
const (
	runtimeError   = "States.Runtime"
	intrinsicError = "States.IntrinsicFailure"
	timeoutError   = "States.Timeout"
	dataError      = "States.DataLimitExceeded"
	toleranceError = "States.ExceedToleratedFailureThreshold"
	readerError    = "States.ItemReaderFailed"
	writerError    = "States.ResultWriterFailed"
	permissionName = "States.Permissions"
	resultPathName = "States.ResultPathMatchFailure"
	anyError       = "States.ALL"
	taskError      = "States.TaskFailed"
	heartbeatError = "States.HeartbeatTimeout"
)
