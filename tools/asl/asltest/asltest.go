// Package asltest runs state machines of package asl in tests, as Step Functions
// would.
package asltest

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// What the substitutions of a state machine are replaced by. Functions keep theirs,
// as in ${FlapBirdFunctionArn}.
const (
	Prefix = "lokki"
	Bucket = "bucket"
	Stack  = "5f2c8a10-9d3b-11f0-8de9-0242ac120002"
)

// Load loads what asl.Generate returns.
func Load(definition []byte) (*interpreter.Machine, error) {
	names := strings.NewReplacer(
		"${"+asl.Prefix+"}", Prefix, "${"+asl.Bucket+"}", Bucket, "${"+asl.Stack+"}", Stack,
		"${"+asl.Partition+"}", "aws", "${"+asl.Invoke+"}", "arn:aws:states:::lambda:invoke")
	return interpreter.Load([]byte(names.Replace(string(definition))))
}

// Env is an execution whose maps run one child at a time. It doesn't wait before
// retries.
func Env(name string, input []byte, lambda interpreter.Lambda, objects interpreter.Objects) interpreter.Env {
	return interpreter.Env{
		Name: name, Input: input, Machine: "arn:aws:states:eu-west-1:123456789012:stateMachine:birds", Role: "arn:aws:iam::123456789012:role/birds",
		Lambda: lambda, Objects: objects, Children: 1,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// Hosts finds the host of a function by its ARN or substitution.
type Hosts func(function string) (*lambdahost.Host, error)

// Invoke implements interpreter.Lambda.
func (h Hosts) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	host, err := h(function)
	if err != nil {
		return nil, err
	}
	result, err := host.Invoke(ctx, payload)
	if err != nil {
		return nil, err
	}
	if f := result.Failure; f != nil {
		return nil, &interpreter.Failure{Name: f.Type, Cause: f.Message}
	}
	return result.Payload, nil
}

// Objects implements interpreter.Objects with a store.
type Objects struct{ Store store.Store }

// Get reads an object.
func (o Objects) Get(ctx context.Context, _, key string) (io.ReadCloser, error) {
	return o.Store.Get(ctx, key, 0, -1)
}

// Put writes an object.
func (o Objects) Put(ctx context.Context, _, key string, body io.ReadSeeker) error {
	return o.Store.Put(ctx, key, body)
}
