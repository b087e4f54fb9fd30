package interpreter

import (
	"time"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// data is what the state's paths are evaluated on.
func (v *visit) data(value any) jsonpath.Data { return jsonpath.Data{Value: value, Context: v.context} }

// context is the context object
// (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
func (v *visit) context() map[string]any {
	if v.shared == nil {
		x := v.branch.exec
		execution := map[string]any{
			"Id": x.arn, "Input": x.input.value, "Name": x.name, "RoleArn": x.run.env.Role,
			"StartTime": stamp(x.start), "RedriveCount": jsonvalue.Number(x.redrives),
		}
		if x.redrives > 0 {
			execution["RedriveTime"] = stamp(x.redriven)
		}
		v.shared = map[string]any{
			"Execution": execution,
			"State": map[string]any{
				"Name": v.node.name, "EnteredTime": stamp(v.at), "RetryCount": jsonvalue.Number(v.retries),
			},
			"StateMachine": map[string]any{"Id": x.run.account + "stateMachine:" + x.machine, "Name": x.machine},
		}
		if v.branch.item != nil {
			v.shared["Map"] = map[string]any{"Item": v.branch.item}
		}
	}
	return v.shared
}

// itemData is for a map's templates: they see one item in the context.
func (v *visit) itemData(input any, index int, item any) jsonpath.Data {
	return jsonpath.Data{Value: input, Context: func() map[string]any {
		outer := v.context()
		return map[string]any{
			"Execution": outer["Execution"], "State": outer["State"], "StateMachine": outer["StateMachine"],
			"Map": map[string]any{"Item": mapItem(index, item)},
		}
	}}
}

func mapItem(index int, item any) map[string]any {
	return map[string]any{"Index": jsonvalue.Number(index), "Value": item}
}

// stamp formats a time as the service does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }
