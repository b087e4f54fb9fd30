// Package cfn makes the CloudFormation template of a flow: roles, functions,
// log groups, the bucket, the state machine, schedules and alarms.
//
// The template names no account, region or partition. What differs between
// environments is a parameter, whose default comes from lokki.yml.
package cfn

import (
	"encoding/json"
	"errors"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// Input is everything that a template is made from.
type Input struct {
	Graph      graph.Graph
	Definition []byte // the state machine that package asl generates
	Images     images.List
	Manifest   manifest.Manifest
	Config     config.Config
}

// Template is a template as YAML, with notes for its user.
type Template struct {
	YAML  []byte
	Notes []string
}

// Generate makes the template: the same bytes for the same input, whatever the
// order of the manifest's steps. The error joins all problems.
func Generate(in Input) (Template, error) {
	if err := errors.Join(in.Graph.Validate(), in.Manifest.Match(in.Graph), checkSecrets(in.Manifest)); err != nil {
		return Template{}, err
	}
	if !json.Valid(in.Definition) {
		return Template{}, errors.New("the state machine is not JSON")
	}
	p := plan.New(in.Graph)
	functions, err := newFunctions(in, p)
	if err != nil {
		return Template{}, err
	}
	t := template{
		flow:       in.Graph.Flow,
		hasMaps:    len(p.Maps) > 0,
		functions:  functions,
		schedules:  in.Manifest.Schedules,
		alarms:     in.Manifest.Alarms,
		timeout:    in.Graph.Timeout,
		definition: in.Definition,
	}
	resources, err := t.resources()
	if err != nil {
		return Template{}, err
	}
	if err := checkResources(in.Graph, functions, len(resources.Content)/2); err != nil {
		return Template{}, err
	}
	data, err := encode(object(
		"AWSTemplateFormatVersion", "2010-09-09",
		"Description", fmt.Sprintf("lokki flow %s: %d functions and the state machine that runs them", t.flow, len(functions)),
		"Parameters", t.parameters(in.Config),
		"Conditions", t.conditions(),
		"Resources", resources,
		"Outputs", t.outputs(),
	))
	if err != nil {
		return Template{}, err
	}
	notes, err := checkSize(in.Graph, data)
	return Template{YAML: data, Notes: append(notes, timeoutNotes(in.Config, p, functions)...)}, err
}

// template is what the parts of a template need to know about the whole.
type template struct {
	flow       string
	hasMaps    bool
	functions  []function
	schedules  []schedule.Schedule
	alarms     bool
	timeout    int // of an execution, in seconds
	definition []byte
}

// resources returns the resources, dependencies first.
func (t template) resources() (*yaml.Node, error) {
	machine, err := t.stateMachine()
	if err != nil {
		return nil, err
	}
	all := bucket()
	add(all, "LambdaRole", t.lambdaRole())
	for _, f := range t.functions {
		add(all, f.logGroupID(), f.logGroup(), f.id(), f.resource(t.flow))
	}
	add(all, "PipelineRole", t.pipelineRole())
	t.addInvokePolicies(all)
	add(all, machineLogGroup, t.machineLogGroup(), stateMachine, machine)
	if t.hasMaps {
		add(all, "PipelineMapPolicy", mapPolicy())
	}
	t.addSchedules(all)
	t.addAlarms(all)
	return all, nil
}

// substitutions are the values of package asl's placeholders. Only those in the
// definition are set: CloudFormation checkers report others as unused.
func (t template) substitutions() (*yaml.Node, error) {
	values := map[string]*yaml.Node{
		asl.Partition: ref("AWS::Partition"),
		asl.Invoke:    sub("arn:${AWS::Partition}:states:::lambda:invoke"),
		asl.Bucket:    bucketName(),
		asl.Prefix:    ref(paramPrefix),
		asl.Stack:     stackUUID(),
	}
	for _, f := range t.functions {
		values[f.Substitution()] = getAtt(f.id(), "Arn")
	}
	result := object()
	var problems []error
	for _, name := range placeholders(t.definition) {
		if values[name] == nil {
			problems = append(problems, fmt.Errorf("the state machine has ${%s}, for which there is no value\n"+
				"hint: make it from the same graph as the template", name))
			continue
		}
		add(result, name, values[name])
	}
	return result, errors.Join(problems...)
}
