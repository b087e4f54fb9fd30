package rehearse

import (
	"context"
	"encoding/json"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// tasks is Lambda as the state machine sees it.
type tasks struct {
	allow  allow // what the state machine's role may do
	invoke invoke
	meter  *meter
}

// Invoke runs a function if the state machine's role may.
func (t tasks) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	end := t.meter.begin(payload)
	if err := t.allow.plain("lambda:InvokeFunction", function); err != nil {
		end(0)
		// The name that Step Functions gives to the API's error.
		return nil, &interpreter.Failure{Name: awslimits.AWSLambdaException, Cause: err.Error()}
	}
	r, err := t.invoke(ctx, function, payload)
	end(len(r.Payload))
	switch {
	case err != nil:
		return nil, err
	case r.Failure != nil:
		return nil, asFailure(r.Failure)
	}
	return r.Payload, nil
}

// asFailure is a function's error as Step Functions reports it: the error's type,
// and everything that the function sent as the cause.
func asFailure(f *lambdahost.Failure) *interpreter.Failure {
	cause := string(f.Raw)
	if cause == "" {
		data, _ := json.Marshal(f)
		cause = string(data)
	}
	return &interpreter.Failure{Name: f.Type, Cause: cause}
}
