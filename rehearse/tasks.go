package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/rehearse/asl"
)

// tasks is Lambda as the state machine sees it.
type tasks struct {
	allow  func(action, resource string) error // what the state machine's role may do
	invoke invoke
	meter  *meter
}

// Invoke runs a function if the state machine's role may.
func (t tasks) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	if err := t.allow("lambda:InvokeFunction", function); err != nil {
		// As Step Functions names what AWS's API answers.
		return nil, &asl.Failure{Name: "Lambda.AWSLambdaException", Cause: err.Error()}
	}
	end := t.meter.begin(payload)
	r, err := t.invoke(ctx, function, payload)
	switch {
	case err != nil:
		end(nil, err)
		return nil, err
	case r.Failure != nil:
		failure := asFailure(r.Failure)
		end(nil, failure)
		return nil, failure
	}
	end(r.Payload, nil)
	return r.Payload, nil
}

// asFailure is a function's error as Step Functions reports it: the error's type,
// and all that the function sent as the cause.
func asFailure(f *lambdahost.Failure) *asl.Failure {
	cause := string(f.Raw)
	if cause == "" {
		data, _ := json.Marshal(f)
		cause = string(data)
	}
	return &asl.Failure{Name: f.Type, Cause: cause}
}

// causeOf words a failure for people: the function's message, if there is one.
func causeOf(f *asl.Failure) string {
	var sent lambdahost.Failure
	if err := json.Unmarshal([]byte(f.Cause), &sent); err == nil && sent.Message != "" {
		return f.Name + ": " + sent.Message
	}
	return strings.TrimSuffix(fmt.Sprintf("%s: %s", f.Name, f.Cause), ": ")
}
