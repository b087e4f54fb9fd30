package awslimits

// Step Functions, from
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html unless
// another page is named.
const (
	DefinitionBytes  = 1 << 20    // of a state machine
	StateBytes       = 256 << 10  // of a state's input, its output and a task's result, in UTF-8
	NameLength       = 80         // characters of the name of a state, a state machine or an execution
	LabelLength      = 40         // characters of a map's label
	HistoryEvents    = 25_000     // of a Standard execution
	ExecutionSeconds = 31_536_000 // how long a Standard execution may run: a year
	ExpressSeconds   = 300        // how long an Express execution may run

	// MapRuns is how many map runs an account may have open at once. Others wait, and
	// inner map runs wait forever if the outer ones have taken every slot.
	MapRuns = 1_000

	// Children is how many children of a map run may run at once
	// (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html).
	Children = 10_000

	// Items is how many items one map may have: the most of any quota for reading
	// them (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html).
	Items = 100_000_000

	// InlineIterations is how many iterations of an inline map may run at once
	// (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html).
	InlineIterations = 40

	// ResultFileBytes is the size at which a ResultWriter begins another file
	// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html).
	ResultFileBytes = 5 << 30

	// TimerSeconds is the longest time-out, wait and interval of a retry, and the
	// highest number of attempts (https://states-language.net/spec.html#errors).
	TimerSeconds = 99_999_999

	// DelaySeconds is the longest MaxDelaySeconds of a retry, less than 366 days
	// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
	DelaySeconds = 31_622_399

	// NestedFunctions is how deep intrinsic functions may be nested in a field
	// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
	NestedFunctions = 10
)
