package envelope

import "strings"

// What identifies a run. Its id is one part of the keys of all its values, so
// two runs with the same id would take each other's values for their own.
//
//	NAME.HASH.STACK  an execution of a state machine
//	NAME             a local run: 1 to 80 characters
//	RUN.N            a local run that goes on from RUN with other code; N counts from 2
//
// NAME, the execution's, is what a person knows. HASH is that of the execution's
// ARN and start: a name may be used again, by another state machine or after 90
// days. STACK is the UUID of the stack's id, which no other stack has, in any
// account, nor the same one when it is made again. It comes last, so that a
// pattern which ends in it matches the runs of one stack and no others, whatever
// their executions are called: their names have no slash, and no other part of
// a key has a dot before a slash.
//
// NAME and all ids have ASCII letters, digits and !'()+.=@_- and no id is "." or
// "..". That of an execution is made by the state machine in its first state, and is the
// same for each try of that state and after a redrive.

const (
	maxLocal = 80                                         // of a new local run
	maxRun   = maxName + len(".") + hashSize + len(".") + // of an execution,
		stackSize + len(".") + 17 // which went on here: up to the largest number, and more
	hashSize  = 64 // SHA-256 in hexadecimal digits
	stackSize = 36 // a UUID
)

// Execution are the parts of the id of a run that a state machine began.
type Execution struct{ Name, Hash, Stack string }

// Run is the id.
func (e Execution) Run() string { return e.Name + "." + e.Hash + "." + e.Stack }

// ParseExecution takes the id of an execution's run apart; false for all others.
func ParseExecution(run string) (Execution, bool) {
	rest, stack, ok := cutLast(run)
	name, hash, ok2 := cutLast(rest)
	if !ok || !ok2 || name == "" || len(hash) != hashSize || !only(hash, hexDigits) || !isUUID(stack) {
		return Execution{}, false
	}
	return Execution{name, hash, stack}, true
}

// RunExpression makes the id of an execution's run, in the States Language. stack
// stands for the stack's part.
func RunExpression(stack string) string {
	return "States.Format('{}.{}." + stack + "', $$.Execution.Name, " +
		"States.Hash(States.Format('{} {}', $$.Execution.Id, $$.Execution.StartTime), 'SHA-256'))"
}

// RunPattern matches the ids of all runs of a stack, in a policy.
func RunPattern(stack string) string { return "*." + stack }

// IsRun reports whether s can be a run id of any form.
func IsRun(s string) bool { return isRun(s, maxRun) }

// IsLocalRun reports whether s can be the id of a new local run. It is too short
// for that of an execution.
func IsLocalRun(s string) bool { return isRun(s, maxLocal) }

// RunCharacters says what the ids and the names of executions are made of.
const RunCharacters = "letters A to Z, digits or any of " + runSigns

const (
	runSigns  = "!'()+.=@_-"
	hexDigits = "0123456789abcdef"
)

func isRun(s string, limit int) bool { return s != "." && s != ".." && made(s, runSigns, limit) }

// validateRun checks the run of a request. The name of an execution may be one
// that Step Functions allows and keys don't.
func (r Request) validateRun(all *problems) {
	if e, ok := ParseExecution(r.Run); ok && !made(e.Name, runSigns, maxName) {
		all.unless(false, "the execution's name %q: want 1 to %d %s\nhint: start it under such a name", e.Name, maxName, RunCharacters)
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

// only reports whether s has no other characters than those of set.
func only(s, set string) bool { return strings.Trim(s, set) == "" }
