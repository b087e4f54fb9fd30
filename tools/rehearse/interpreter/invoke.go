package interpreter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// run invokes the function once, and records it in the history.
func (a task) run(ctx context.Context, v *visit, input any) (any, string, error) {
	d := v.data(input)
	parameters := input
	if a.parameters != nil {
		var err error
		if parameters, err = a.parameters.Eval(d); err != nil {
			return nil, "", err
		}
	}
	c, err := newInvocation(a.function, parameters)
	if err != nil {
		return nil, "", err
	}
	if len(c.text) > awslimits.StateBytes {
		return nil, "", &Failure{Name: awslimits.DataLimit, Cause: fmt.Sprintf("The state/task '%s' was given an input with a size exceeding the maximum number of bytes service limit.", c.resource()), terminal: true}
	}
	timeout, limited, err := a.timeout.get(d)
	if err != nil {
		return nil, "", err
	}
	heartbeat, beats, err := a.heartbeat.get(d)
	if err != nil {
		return nil, "", err
	}
	if limited {
		c.timeout = int(timeout)
	}
	if beats {
		c.heartbeat = int(heartbeat)
	}
	return c.run(ctx, v)
}

// invocation is one call of a function: by the Lambda integration, or by a
// function's ARN as the resource, which has its own events.
type invocation struct {
	direct    bool
	function  string
	text      []byte // the parameters
	payload   []byte
	timeout   int // seconds; 0 is no limit
	heartbeat int
}

func newInvocation(resource string, parameters any) (invocation, error) {
	c := invocation{direct: resource != "", function: resource, text: newDoc(parameters).text}
	c.payload = c.text
	if c.direct {
		return c, nil
	}
	fields, _ := parameters.(map[string]any) // the loader requires an object
	for _, name := range []string{"FunctionName", "Qualifier"} {
		value, given := fields[name]
		if _, ok := value.(string); given && !ok {
			return c, runtimeFault("The Parameters '%s' could not be used to start the Task: [The value for the field '%s' must be a STRING]", c.text, name)
		}
	}
	c.function, _ = fields["FunctionName"].(string)
	if qualifier, ok := fields["Qualifier"].(string); ok {
		c.function += ":" + qualifier
	}
	c.payload = []byte("{}")
	if payload, ok := fields["Payload"]; ok {
		c.payload = newDoc(payload).text
	}
	return c, nil
}

func (c *invocation) resource() string {
	if c.direct {
		return c.function
	}
	return "lambda"
}

// record writes an event: "Scheduled", "Started", "Succeeded", "Failed" or
// "TimedOut".
func (c *invocation) record(b *branch, what string, d Details) error {
	if c.direct {
		if what == "Scheduled" {
			d.Resource = c.function
		}
		return b.record("LambdaFunction"+what, d)
	}
	d.Resource, d.ResourceType = "invoke", "lambda"
	return b.record("Task"+what, d)
}

func (c *invocation) run(ctx context.Context, v *visit) (any, string, error) {
	b := v.branch
	r := b.exec.run
	release, err := r.env.slot(ctx)
	if err != nil {
		return nil, "", err
	}
	defer release()
	scheduled := Details{Timeout: c.timeout, Heartbeat: c.heartbeat}
	if c.direct {
		scheduled.Input = c.text
	} else {
		scheduled.Parameters, scheduled.Region = c.text, r.region
	}
	if err := c.record(b, "Scheduled", scheduled); err != nil {
		return nil, "", err
	}
	if err := c.record(b, "Started", Details{}); err != nil {
		return nil, "", err
	}
	expired := &stopped{"the task timed out"}
	inner := ctx
	if c.timeout > 0 {
		var cancel context.CancelFunc
		inner, cancel = context.WithTimeoutCause(ctx, time.Duration(c.timeout)*time.Second, expired)
		defer cancel()
	}
	v.payload = c.payload
	reply, err := r.env.Lambda.Invoke(inner, c.function, c.payload)
	v.reply = reply
	if err != nil {
		return nil, "", c.failed(ctx, inner, b, expired, err)
	}
	result, text := c.result(reply)
	if len(text) > awslimits.StateBytes {
		f := tooLarge(c.resource(), false)
		if err := c.record(b, "Failed", Details{Error: f.Name, Cause: f.Cause}); err != nil {
			return nil, "", err
		}
		return nil, "", f
	}
	return result, "", c.record(b, "Succeeded", Details{Output: text})
}

// failed records why there is no result.
func (c *invocation) failed(ctx, inner context.Context, b *branch, expired *stopped, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if context.Cause(inner) == error(expired) {
		f := &Failure{Name: awslimits.Timeout}
		if err := c.record(b, "TimedOut", Details{Error: f.Name}); err != nil {
			return err
		}
		return f
	}
	f, ok := err.(*Failure)
	if !ok {
		return fmt.Errorf("invoking %s: %w", c.function, err)
	}
	if err := c.record(b, "Failed", Details{Error: f.Name, Cause: f.Cause}); err != nil {
		return err
	}
	return &Failure{Name: f.Name, Cause: f.Cause}
}

// result is what the state gets: the function's response, or the integration's
// response around it
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
func (c *invocation) result(reply []byte) (any, []byte) {
	payload, err := jsonvalue.Parse(reply)
	if err != nil {
		payload = string(reply) // a response that isn't JSON is a string
	}
	if c.direct {
		return payload, jsonvalue.Append(nil, payload)
	}
	length := jsonvalue.Number(len(reply))
	result := map[string]any{
		"ExecutedVersion": "$LATEST",
		"Payload":         payload,
		"SdkHttpMetadata": map[string]any{
			"AllHttpHeaders": map[string]any{
				"Content-Length": []any{string(length)}, "Content-Type": []any{"application/json"}, "X-Amz-Executed-Version": []any{"$LATEST"},
			},
			"HttpHeaders":    map[string]any{"Content-Length": string(length), "Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST"},
			"HttpStatusCode": json.Number("200"),
		},
		"SdkResponseMetadata": map[string]any{"RequestId": uuid.NewString()},
		"StatusCode":          json.Number("200"),
	}
	return result, jsonvalue.Append(make([]byte, 0, len(reply)+512), result)
}
