package envelope

import "strings"

// Run ids. The id is part of the keys of all values of a run, so two runs with the
// same id would take each other's values for their own.
//
//	NAME.HASH.STACK  an execution of a state machine
//	NAME             a local run: 1 to 80 characters
//	RUN.N            a local run that continues RUN with different code; N counts from 2
//
// NAME, the execution's name, is what people know. HASH is the hash of the execution's
// ARN and start time, since a name may be reused by another state machine or after 90
// days. STACK is the UUID in the stack's id, which is unique across all accounts,
// even when a stack is deleted and created again. It comes last, so that a pattern
// that ends in it matches only the runs of one stack, whatever their executions are
// named: names have no slash, and no other part of a key has a dot before a slash.
//
// NAME and all ids consist of ASCII letters, digits and !'()+.=@_- and no id is "."
// or "..". The state machine makes an execution's id in its first state; it is the
// same for each attempt of that state and after a redrive.

const (
	maxLocal = 80                                         // of a new local run
	maxRun   = maxName + len(".") + hashSize + len(".") + // of an execution,
		stackSize + len(".") + 17 // continued here: room for more than the largest number
	hashSize  = 64 // SHA-256 in hexadecimal digits
	stackSize = 36 // a UUID
)

// Execution has the parts of the id of a run that a state machine started.
type Execution struct{ Name, Hash, Stack string }

// Run returns the id.
func (e Execution) Run() string { return e.Name + "." + e.Hash + "." + e.Stack }

// ParseExecution splits the id of an execution's run; it reports false for all others.
func ParseExecution(run string) (Execution, bool) {
	rest, stack, ok := cutLast(run)
	name, hash, ok2 := cutLast(rest)
	if !ok || !ok2 || name == "" || len(hash) != hashSize || !only(hash, hexDigits) || !isUUID(stack) {
		return Execution{}, false
	}
	return Execution{name, hash, stack}, true
}

// RunExpression returns the States Language expression for the id of an execution's
// run. stack is inserted as the stack's part.
func RunExpression(stack string) string {
	return "States.Format('{}.{}." + stack + "', $$.Execution.Name, " +
		"States.Hash(States.Format('{} {}', $$.Execution.Id, $$.Execution.StartTime), 'SHA-256'))"
}

// RunPattern returns a policy pattern that matches the ids of all runs of a stack.
func RunPattern(stack string) string { return "*." + stack }

// IsRun reports whether s can be a run id of any form.
func IsRun(s string) bool { return isRun(s, maxRun) }

// IsLocalRun reports whether s can be the id of a new local run, which is too short to
// be an execution's.
func IsLocalRun(s string) bool { return isRun(s, maxLocal) }

// RunCharacters says which characters run ids and names of executions may have.
const RunCharacters = "letters A to Z, digits or any of " + runSigns

const (
	runSigns  = "!'()+.=@_-"
	hexDigits = "0123456789abcdef"
)

func isRun(s string, limit int) bool { return s != "." && s != ".." && made(s, runSigns, limit) }

// validateRun checks the run of a request. Step Functions allows names of executions
// that keys don't.
func (r Request) validateRun(all *problems) {
	if e, ok := ParseExecution(r.Run); ok && !made(e.Name, runSigns, maxName) {
		all.unless(false, "the execution's name %q: want 1 to %d %s\nhint: start it with such a name", e.Name, maxName, RunCharacters)
		return
	}
	all.unless(IsRun(r.Run), "run %q: want 1 to %d %s", r.Run, maxRun, RunCharacters)
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func isUUID(s string) bool {
	if len(s) != stackSize {
		return false
	}
	for _, dash := range []int{8, 13, 18, 23} {
		if s[dash] != '-' {
			return false
		}
	}
	return strings.Count(s, "-") == 4 && only(s, hexDigits+"-")
}

// only reports whether s has only characters of set.
func only(s, set string) bool { return strings.Trim(s, set) == "" }
