package cfn

import (
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// The logical ids of the state machine and its log group. They can't collide
// with functions' ids, which end in Function and LogGroup.
const (
	stateMachine    = "StateMachine"
	machineLogGroup = "StateMachineLogs"
)

// stateMachine has the stack's name unless another is given: people start it by
// name, and a stack has one. A name that CloudFormation generates wouldn't even
// contain the stack's. A stack's name may have 128 characters and a state machine's
// 80, which a template can't check: longer ones need the parameter.
func (t template) stateMachine() (*yaml.Node, error) {
	substitutions, err := t.substitutions()
	if err != nil {
		return nil, err
	}
	return object(
		"Type", "AWS::StepFunctions::StateMachine",
		"Properties", object(
			"StateMachineName", fnIf(nameAfterStack, ref("AWS::StackName"), ref(paramMachineName)),
			"StateMachineType", "STANDARD",
			"RoleArn", fnIf(createPipelineRole, getAtt("PipelineRole", "Arn"), ref(paramPipelineRole)),
			"DefinitionString", block(string(t.definition)),
			"DefinitionSubstitutions", substitutions,
			"LoggingConfiguration", object(
				"Level", ref(paramLogLevel),
				"IncludeExecutionData", false,
				"Destinations", list(object("CloudWatchLogsLogGroup",
					object("LogGroupArn", getAtt(machineLogGroup, "Arn"))))),
			"TracingConfiguration", object("Enabled", fnIf(traced, true, false)),
			"Tags", tags(t.flow, "")),
	), nil
}

// machineLogGroup has the prefix for which AWS needs no entry in the log
// groups' resource policy, whose size is limited per account.
func (t template) machineLogGroup() *yaml.Node {
	return object(
		"Type", "AWS::Logs::LogGroup",
		"DeletionPolicy", "Delete",
		"UpdateReplacePolicy", "Delete",
		"Properties", object(
			"LogGroupName", sub("/aws/vendedlogs/states/${AWS::StackName}"),
			"RetentionInDays", ref(paramRetention),
			"KmsKeyId", ifKey(ref(paramKey))),
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
