package cfn

import (
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// The logical ids of the state machine and its log group. No function can have
// them: those end in Function and LogGroup.
const (
	stateMachine    = "StateMachine"
	machineLogGroup = "StateMachineLogs"
)

// stateMachine has the stack's name: it is what people start by name, and one
// stack has one. Left to CloudFormation, the name would not even hold the stack's.
func (t template) stateMachine() (*yaml.Node, error) {
	substitutions, err := t.substitutions()
	if err != nil {
		return nil, err
	}
	return object(
		"Type", "AWS::StepFunctions::StateMachine",
		"Properties", object(
			"StateMachineName", ref("AWS::StackName"),
			"StateMachineType", "STANDARD",
			"RoleArn", choose(createPipelineRole, getAtt("PipelineRole", "Arn"), ref(paramPipelineRole)),
			"DefinitionString", block(string(t.definition)),
			"DefinitionSubstitutions", substitutions,
			"LoggingConfiguration", object(
				"Level", ref(paramLogLevel),
				"IncludeExecutionData", false,
				"Destinations", list(object("CloudWatchLogsLogGroup",
					object("LogGroupArn", getAtt(machineLogGroup, "Arn"))))),
			"TracingConfiguration", object("Enabled", t.tracing),
			"Tags", tags(t.flow, "")),
	), nil
}

// machineLogGroup has the prefix for which AWS needs no entry in the log
// groups' resource policy, whose size is limited for the whole account.
func (t template) machineLogGroup() *yaml.Node {
	return object(
		"Type", "AWS::Logs::LogGroup",
		"DeletionPolicy", "Delete",
		"UpdateReplacePolicy", "Delete",
		"Properties", object(
			"LogGroupName", sub("/aws/vendedlogs/states/${AWS::StackName}"),
			"RetentionInDays", ref(paramRetention)),
	)
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9]+)\}`)

// placeholders returns the names of the definition's substitutions, sorted.
func placeholders(definition []byte) []string {
	var names []string
	for _, m := range placeholder.FindAllSubmatch(definition, -1) {
		names = append(names, string(m[1]))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
