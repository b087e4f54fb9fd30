package graph

import (
	"slices"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/failure"
)

// rule returns the first rule of a step that names the error, as Step Functions
// and the local run find it.
func rule(o StepOptions, name string) Retry {
	all := o.Retries()
	if i := slices.IndexFunc(all, func(r Retry) bool { return slices.Contains(r.Errors, name) || r.any() }); i >= 0 {
		return all[i]
	}
	return Retry{}
}

// lasts returns the sum of a rule's pauses, on average.
func (r Retry) lasts() time.Duration {
	sum := 0.0
	for n := range r.Attempts {
		sum += r.Pause(n + 1)
	}
	if r.Jitter {
		sum /= 2
	}
	return time.Duration(sum * float64(time.Second))
}

// TestRetriesOfLambda lists the errors that invoking an image's function can end with
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors,
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
func TestRetriesOfLambda(t *testing.T) {
	plain := StepOptions{}
	own := StepOptions{Retry: []Retry{{Errors: []string{"Throttled"}, Interval: 1, Rate: 1, Attempts: 1}, {Errors: []string{failure.Any}, Interval: 1, Rate: 1, Attempts: 1}}}
	for name, c := range map[string]struct {
		least, most time.Duration // how long its retries last, whatever the step's own rules are
		anyMore     bool          // a step's rule for all errors retries it
	}{
		"Lambda.TooManyRequestsException":         {2 * time.Hour, 24 * time.Hour, true},
		"Lambda.CodeArtifactUserPendingException": {4 * time.Minute, 20 * time.Minute, true}, // it lasts up to 106 s
		"Lambda.ResourceConflictException":        {4 * time.Minute, 20 * time.Minute, true},
		"Lambda.ResourceNotReadyException":        {4 * time.Minute, 20 * time.Minute, true},
		"Lambda.SnapStartNotReadyException":       {4 * time.Minute, 20 * time.Minute, true},
		"Lambda.SnapStartTimeoutException":        {30 * time.Second, 2 * time.Minute, true},
		"Lambda.ClientExecutionTimeoutException":  {30 * time.Second, 2 * time.Minute, true},
		"Lambda.ServiceException":                 {30 * time.Second, 2 * time.Minute, true},
		"Lambda.AWSLambdaException":               {30 * time.Second, 2 * time.Minute, true},
		"Lambda.SdkClientException":               {30 * time.Second, 2 * time.Minute, true},
		failure.Transient:                         {30 * time.Second, 2 * time.Minute, true},
		failure.Storage:                           {30 * time.Second, 2 * time.Minute, true},
		failure.Permanent:                         {},
		"Lambda.CodeArtifactUserFailedException":  {},
		"Lambda.CodeArtifactUserDeletedException": {},
		"Lambda.ResourceNotFoundException":        {0, 0, true},
		"Lambda.KMSAccessDeniedException":         {0, 0, true},
		"Lambda.InvalidParameterValueException":   {0, 0, true},
		"Lambda.RequestTooLargeException":         {0, 0, true},
		"Lambda.Unknown":                          {0, 0, true},
		"Sandbox.Timedout":                        {0, 0, true},
		"Runtime.ExitError":                       {0, 0, true},
		"Throttled":                               {0, 0, true},
	} {
		if got := rule(plain, name).lasts(); got < c.least || got > c.most {
			t.Errorf("%s is retried for %s, want %s to %s", name, got, c.least, c.most)
		}
		got := rule(own, name)
		switch {
		case !c.anyMore:
			if got.Attempts > 0 {
				t.Errorf("%s is retried by %v", name, got)
			}
		case c.least > 0:
			if got.lasts() < c.least {
				t.Errorf("a rule of the step's takes %s from its own: %v", name, got)
			}
		case got.Attempts != 1:
			t.Errorf("a rule of the step's does not retry %s: %v", name, got)
		}
	}
}

// TestOwnRulesComeFirst: a step's rule that names an error wins, except for permanent errors.
func TestOwnRulesComeFirst(t *testing.T) {
	names := []string{"Lambda.TooManyRequestsException", "Lambda.CodeArtifactUserPendingException", "Lambda.ServiceException"}
	o := StepOptions{Retry: []Retry{{Errors: append(names, failure.Permanent), Interval: 1, Rate: 1, Attempts: 7}}}
	for _, name := range names {
		if got := rule(o, name); got.Attempts != 7 {
			t.Errorf("%s is retried by %v", name, got)
		}
	}
	if got := rule(o, failure.Permanent); got.Attempts != 0 {
		t.Errorf("%s is retried by %v", failure.Permanent, got)
	}
}

// TestNoErrorHasTwoRules, of which the second would never be used.
func TestNoErrorHasTwoRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range (StepOptions{}).Retries() {
		for _, name := range r.Errors {
			if seen[name] {
				t.Errorf("two rules are for %s", name)
			}
			seen[name] = true
		}
	}
}
