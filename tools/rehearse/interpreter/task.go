package interpreter

import (
	"regexp"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// task is a Task state that invokes a Lambda function.
type task struct {
	function   string   // from the resource; "" if the parameters name it
	parameters template // nil passes the input on
	timeout    setting
	heartbeat  setting
}

var (
	invokeResource   = regexp.MustCompile(`^arn:aws[a-z-]*:states:::lambda:invoke$`)
	functionResource = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?$`)
)

func (r *stateReader) task() {
	o := r.o
	r.paths()
	r.result(true)
	r.transition()
	r.handlers()
	a := task{parameters: r.template("Parameters")}
	a.timeout = wholeSetting(o, "TimeoutSeconds", awslimits.TimerSeconds, 1, awslimits.TimerSeconds)
	a.heartbeat = wholeSetting(o, "HeartbeatSeconds", awslimits.TimerSeconds, 1, awslimits.TimerSeconds)
	if a.heartbeat.path == nil && a.timeout.path == nil && a.heartbeat.given && a.heartbeat.value >= a.timeout.value {
		o.p.add(o.path("HeartbeatSeconds"), "it must be less than TimeoutSeconds")
	}
	o.refuse("roles of other accounts are not supported here", "Credentials")
	o.require("Resource")
	resource, ok := o.str("Resource")
	switch {
	case !ok:
	case functionResource.MatchString(resource):
		a.function = resource
	case invokeResource.MatchString(resource):
		r.invokeParameters()
	default:
		o.p.hint(o.path("Resource"), "supported are arn:<partition>:states:::lambda:invoke and the ARNs of Lambda functions", "can't run %s", resource)
	}
	r.n.action = a
}

// invokeParameters checks the fields of the request
// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html).
func (r *stateReader) invokeParameters() {
	at := r.o.path("Parameters")
	o, ok := r.o.members["Parameters"].(*object)
	if !ok {
		r.o.p.add(at, "an object with FunctionName is required")
		return
	}
	o.get("Payload")
	o.get("Payload.$")
	for _, name := range []string{"FunctionName", "Qualifier"} {
		o.str(name)
		o.str(name + ".$")
	}
	o.str("InvocationType")
	o.refuse("only RequestResponse is supported here", "InvocationType.$")
	if !o.has("FunctionName") && !o.has("FunctionName.$") {
		o.p.add(o.path("FunctionName"), "it is required")
	}
	if kind, ok := o.members["InvocationType"].(string); ok && kind != "RequestResponse" {
		o.p.add(o.path("InvocationType"), "only RequestResponse is supported here, not %s", kind)
	}
	o.refuse("it is not supported here", "ClientContext", "ClientContext.$", "LogType", "LogType.$")
	o.done()
}
