package cfn

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// addAlarms adds an alarm for each way in which a flow may need attention. The
// metrics are those of
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html.
func (t template) addAlarms(resources *yaml.Node) {
	if !t.alarms {
		return
	}
	machine := alarm{namespace: "AWS/States", dimension: "StateMachineArn", value: ref(stateMachine), statistic: "Sum", periods: 1}
	add(resources,
		"FailedAlarm", machine.on("ExecutionsFailed",
			"An execution of "+t.flow+" failed. Its error is in the executions' log and in the state machine's console; redrive it once the cause is fixed."))
	if t.timeout > 0 { // otherwise no execution times out
		add(resources, "TimedOutAlarm", machine.on("ExecutionsTimedOut",
			fmt.Sprintf("An execution of %s took longer than its %d seconds. See the last events in the executions' log; redrive it once the cause is fixed.", t.flow, t.timeout)))
	}
	// A burst of throttling is normal when a map starts; a quarter of an hour
	// of it isn't.
	machine.periods = 3
	add(resources, "ThrottledAlarm", machine.on("ExecutionThrottled",
		"Executions of "+t.flow+" are being throttled. Lower lokki.Concurrency, or ask AWS for more state transitions."))
	if len(t.schedules) > 0 {
		queue := alarm{namespace: "AWS/SQS", dimension: "QueueName", value: getAtt(deadLetters, "QueueName"), statistic: "Maximum", periods: 1}
		add(resources, "DeadLettersAlarm", queue.on("ApproximateNumberOfMessagesVisible",
			"A scheduled start of "+t.flow+" failed. The message in the dead-letter queue says why; delete it when you have read it."))
	}
}

// alarm is what the alarms on one resource have in common.
type alarm struct {
	namespace, dimension string
	value                *yaml.Node
	statistic            string
	periods              int // consecutive periods of five minutes
}

// on is the alarm on one metric. Missing data is fine: a flow that doesn't run
// has no metrics.
func (a alarm) on(metric, description string) *yaml.Node {
	return object(
		"Type", "AWS::CloudWatch::Alarm",
		"Properties", object(
			"AlarmDescription", description,
			"Namespace", a.namespace,
			"MetricName", metric,
			"Dimensions", list(object("Name", a.dimension, "Value", a.value)),
			"Statistic", a.statistic,
			"Period", 300,
			"EvaluationPeriods", a.periods,
			"Threshold", 1,
			"ComparisonOperator", "GreaterThanOrEqualToThreshold",
			"TreatMissingData", "notBreaching",
			"AlarmActions", fnIf(notify, list(ref(paramAlarmTopic)), ref(noValue))),
	)
}
