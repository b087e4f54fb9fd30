package shiptest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Stacks is the state of CloudFormation.
type Stacks struct {
	ByName map[string]*StackState

	// Changes are what the next change sets hold, in CloudFormation's XML, the
	// members of Changes. Without any, a change set fails as without changes.
	Changes string
	// Outcome is the states that the next execution of a change set passes
	// through, one for each DescribeStacks, and the events that are then there.
	Outcome []Outcome

	// Resources are the resources of all stacks, in CloudFormation's XML, the members of
	// StackResourceSummaries.
	Resources string
	// Output is another output of all stacks than the state machine, in XML.
	Output string

	events int
}

// Outcome is a state of a stack.
type Outcome struct {
	Status string
	Events []string // as in "GetBirdsFunction AWS::Lambda::Function CREATE_FAILED the reason"
}

// StackState is a stack.
type StackState struct {
	Status     string
	Template   string
	Tags       url.Values
	Request    url.Values // of the last change set
	ChangeSets map[string]bool
	ahead      []Outcome
	events     []string // in XML, newest first
	Deleted    bool
}

func (s *Stacks) init() { s.ByName = map[string]*StackState{} }

func stackID(name string) string {
	return "arn:aws:cloudformation:" + Region + ":" + Account + ":stack/" + name + "/5f2c8a10-9d3b-11f0-8de9-0242ac120002"
}

// Succeed are the outcomes of a deployment that succeeds.
func Succeed(verb string) []Outcome {
	return []Outcome{
		{verb + "_IN_PROGRESS", []string{"birds-flow AWS::CloudFormation::Stack " + verb + "_IN_PROGRESS"}},
		{verb + "_COMPLETE", []string{"StateMachine AWS::StepFunctions::StateMachine " + verb + "_COMPLETE", "birds-flow AWS::CloudFormation::Stack " + verb + "_COMPLETE"}},
	}
}

func escape(text string) string {
	var b bytes.Buffer
	xml.EscapeText(&b, []byte(text))
	return b.String()
}

func (s *Stacks) serve(w http.ResponseWriter, form url.Values) {
	action := form.Get("Action")
	name := form.Get("StackName")
	if strings.HasPrefix(name, "arn:") {
		name = strings.Split(name, "/")[1]
	}
	changeSet := form.Get("ChangeSetName")
	if strings.HasPrefix(changeSet, "arn:") {
		parts := strings.Split(changeSet, "/")
		name, changeSet = parts[1], parts[2]
	}
	stack := s.ByName[name]
	if action == "CreateChangeSet" && (stack == nil || stack.Deleted) {
		stack = &StackState{Status: "REVIEW_IN_PROGRESS", ChangeSets: map[string]bool{}}
		s.ByName[name] = stack
	}
	if action == "ListStacks" {
		list := ""
		for name, stack := range s.ByName {
			if stack.Deleted {
				list += "<member><StackName>" + name + "</StackName><StackId>" + stackID(name) + "</StackId><StackStatus>DELETE_COMPLETE</StackStatus></member>"
			}
		}
		answerXML(w, action, "<StackSummaries>"+list+"</StackSummaries>")
		return
	}
	byID := strings.HasPrefix(form.Get("StackName"), "arn:")
	if stack == nil || stack.Deleted && !byID {
		FailXML(w, http.StatusBadRequest, "ValidationError", "Stack with id "+name+" does not exist")
		return
	}
	id := "arn:aws:cloudformation:" + Region + ":" + Account + ":changeSet/" + name + "/" + changeSet
	switch action {
	case "DescribeStacks":
		s.advance(stack)
		answerXML(w, action, fmt.Sprintf("<Stacks><member><StackName>%s</StackName><StackId>%s</StackId><StackStatus>%s</StackStatus><StackStatusReason>the reason</StackStatusReason>"+
			"<Outputs><member><OutputKey>StateMachineArn</OutputKey><OutputValue>arn:aws:states:%s:%s:stateMachine:%s</OutputValue></member>%s</Outputs></member></Stacks>",
			name, stackID(name), stack.Status, Region, Account, name, s.Output))
	case "CreateChangeSet":
		if strings.HasSuffix(stack.Status, "_IN_PROGRESS") && stack.Status != "REVIEW_IN_PROGRESS" {
			FailXML(w, http.StatusBadRequest, "ValidationError", "Stack:"+stackID(name)+" is in "+stack.Status+" state and can not be updated.")
			return
		}
		stack.Request = form
		stack.ChangeSets[changeSet] = true
		answerXML(w, action, "<Id>"+id+"</Id><StackId>"+stackID(name)+"</StackId>")
	case "DescribeChangeSet":
		status := "<Status>CREATE_COMPLETE</Status>"
		if s.Changes == "" {
			status = "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes. Submit different information to create a change set.</StatusReason>"
		}
		answerXML(w, action, status+"<Changes>"+s.Changes+"</Changes>")
	case "DeleteChangeSet":
		delete(stack.ChangeSets, changeSet)
		answerXML(w, action, "")
	case "ListChangeSets":
		list := ""
		for name := range stack.ChangeSets {
			list += "<member><ChangeSetName>" + name + "</ChangeSetName></member>"
		}
		answerXML(w, action, "<Summaries>"+list+"</Summaries>")
	case "ExecuteChangeSet":
		stack.Template = stack.Request.Get("TemplateBody")
		stack.ChangeSets = map[string]bool{}
		stack.ahead = s.Outcome
		s.advance(stack)
		answerXML(w, action, "")
	case "GetTemplate":
		answerXML(w, action, "<TemplateBody>"+escape(stack.Template)+"</TemplateBody>")
	case "DescribeStackEvents":
		answerXML(w, action, "<StackEvents>"+strings.Join(stack.events, "")+"</StackEvents>")
	case "ListStackResources":
		answerXML(w, action, "<StackResourceSummaries>"+s.Resources+"</StackResourceSummaries>")
	case "DeleteStack":
		stack.ahead = []Outcome{{"DELETE_COMPLETE", []string{name + " AWS::CloudFormation::Stack DELETE_COMPLETE"}}}
		s.advance(stack)
		answerXML(w, action, "")
	default:
		FailXML(w, http.StatusBadRequest, "InvalidAction", action)
	}
}

// advance moves the stack to its next state.
func (s *Stacks) advance(stack *StackState) {
	if len(stack.ahead) == 0 {
		return
	}
	next := stack.ahead[0]
	stack.ahead = stack.ahead[1:]
	stack.Status = next.Status
	stack.Deleted = next.Status == "DELETE_COMPLETE"
	for _, e := range next.Events {
		parts := strings.SplitN(e+"   ", " ", 4)
		s.events++
		stack.events = append([]string{fmt.Sprintf("<member><EventId>%d</EventId><LogicalResourceId>%s</LogicalResourceId><ResourceType>%s</ResourceType>"+
			"<ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason></member>",
			s.events, parts[0], parts[1], parts[2], escape(strings.TrimSpace(parts[3])))}, stack.events...)
	}
}
