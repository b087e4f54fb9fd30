package interpreter_test

import (
	"context"
	"fmt"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter"
)

// flapper is a Lambda with one function.
type flapper struct{}

func (flapper) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	if function != "flap" {
		return nil, &interpreter.Failure{Name: "Lambda.ResourceNotFoundException", Cause: "Function not found: " + function}
	}
	return fmt.Appendf(nil, `{"flapped": %s}`, payload), nil
}

func Example() {
	machine, err := interpreter.Load([]byte(`{
		"StartAt": "flap",
		"States": {"flap": {
			"Type": "Task",
			"Resource": "arn:aws:states:::lambda:invoke",
			"Parameters": {"FunctionName": "flap", "Payload.$": "$.bird"},
			"OutputPath": "$.Payload",
			"End": true
		}}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	output, err := machine.Execute(context.Background(), interpreter.Env{
		Name:    "run-1",
		Machine: "arn:aws:states:eu-west-1:123456789012:stateMachine:birds",
		Input:   []byte(`{"bird": "goose"}`),
		Lambda:  flapper{},
	})
	fmt.Println(string(output), err)
	// Output: {"flapped":"goose"} <nil>
}
