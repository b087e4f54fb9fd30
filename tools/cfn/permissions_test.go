package cfn_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/rehearse/iam"
	cloudformation "github.com/lokki-build/lokki/tools/rehearse/template"
)

// deployments differ in the permissions that their roles need.
var deployments = map[string]deployment{
	"a map":                 {graph: birds},
	"nested maps":           {graph: flowtest.Chain("WordsFlow", "start ListTexts", "map SplitText", "map CountLetters", "agg SumWords", "agg SumTexts")},
	"without maps":          {graph: sequence(3)},
	"not traced":            {graph: birds, parameters: map[string]string{"Tracing": "false"}},
	"with a key":            {graph: birds, parameters: map[string]string{"KmsKeyArn": ownKey}},
	"scheduled":             {scheduled: true},
	"scheduled, with a key": {scheduled: true, parameters: map[string]string{"KmsKeyArn": ownKey}},
}

type deployment struct {
	graph      graph.Graph
	scheduled  bool // then the graph is birds
	parameters map[string]string
}

func (d deployment) input(t *testing.T) cfn.Input {
	if d.scheduled {
		return scheduled(t)
	}
	return input(t, d.graph)
}

const ownKey = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"

// TestEachStatementIsNeededAndEachCallAllowed makes all calls that a flow's services
// and steps make. Then it removes each statement, each action and each resource of a
// statement in turn, and expects a call to fail.
func TestEachStatementIsNeededAndEachCallAllowed(t *testing.T) {
	for name, d := range deployments {
		made, err := cfn.Generate(d.input(t))
		if err != nil {
			t.Fatal(err)
		}
		read, err := cloudformation.Read("template.yaml", made.YAML)
		if err != nil {
			t.Fatal(err)
		}
		stack, err := read.Resolve(environments[0], d.parameters)
		if err != nil {
			t.Fatal(err)
		}
		addAdmin(stack)
		if problems := attempt(t, stack, d.parameters["KmsKeyArn"]); len(problems) > 0 {
			t.Errorf("%s:\n%s", name, strings.Join(problems, "\n"))
			continue
		}
		left := 0
		for _, r := range stack.Resources {
			leaveOut(r.Properties, r.LogicalID, func(what string) {
				left++
				if problems := attempt(t, stack, d.parameters["KmsKeyArn"]); len(problems) == 0 {
					t.Errorf("%s: nothing fails without %s", name, what)
				}
			})
		}
		t.Logf("%s: %d parts of policies left out", name, left)
	}
}

// leaveOut calls each after removing one item of a list of statements, actions or
// resources, and then puts the item back.
func leaveOut(v any, path string, each func(what string)) {
	items, _ := v.([]any)
	for i, item := range items {
		leaveOut(item, fmt.Sprintf("%s[%d]", path, i), each)
	}
	fields, _ := v.(map[string]any)
	_, isStatement := fields["Effect"]
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		inner := path + "." + key
		leaveOut(fields[key], inner, each)
		items, _ := fields[key].([]any)
		if key != "Statement" && !isStatement || len(items) == 1 && key != "Statement" {
			continue // removing its only action would remove the statement
		}
		for i, item := range items {
			fields[key] = slices.Delete(slices.Clone(items), i, i+1)
			each(fmt.Sprintf("%s[%d] %v", inner, i, item))
		}
		if items != nil {
			fields[key] = items
		}
	}
}

// attempt makes all calls with a stack's roles, and some that no role should
// allow. It returns the wrong decisions.
func attempt(t *testing.T, stack *cloudformation.Stack, key string) []string {
	t.Helper()
	account, err := iam.Load(stack)
	if err != nil {
		t.Fatal(err)
	}
	a := &attempts{T: t, stack: stack, account: account, key: key}
	a.functions()
	a.machine()
	a.schedules()
	a.admin()
	return a.problems
}

// attempts are the calls of one stack.
type attempts struct {
	*testing.T
	stack    *cloudformation.Stack
	account  *iam.Account
	key      string // customer-managed, or ""
	problems []string
}

func (a *attempts) resource(id string) cloudformation.Resource {
	r, ok := a.stack.Resource(id)
	if !ok {
		a.Fatalf("no resource %s", id)
	}
	return r
}

func (a *attempts) role(arn any) *iam.Role {
	r, err := a.account.Role(fmt.Sprint(arn))
	if err != nil {
		a.Fatal(err)
	}
	return r
}

// want records a wrong decision.
func (a *attempts) want(allowed bool, what string, err error) {
	var denied *iam.AccessDenied
	switch {
	case err != nil && !errors.As(err, &denied):
		a.Fatal(err)
	case allowed != (err == nil):
		a.problems = append(a.problems, fmt.Sprintf("%s: allowed is %v, want %v: %v", what, err == nil, allowed, err))
	}
}

func (a *attempts) check(r *iam.Role, allowed bool, calls ...iam.Call) {
	for _, call := range calls {
		_, err := r.Check(call)
		a.want(allowed, r.ID+" "+call.Action+" "+call.Resource, err)
	}
}

// checkKept makes calls for stored data, under the key if there is one.
func (a *attempts) checkKept(r *iam.Role, calls ...iam.Call) {
	a.check(r, true, calls...)
	for _, call := range calls {
		a.check(r, a.key != "", iam.WithKey(call, cmp.Or(a.key, ownKey))...)
	}
}

// functions makes the calls of Lambda and the steps.
func (a *attempts) functions() {
	bucket := a.resource("ArtifactBucket").Attributes["Arn"]
	for _, f := range a.stack.OfType("AWS::Lambda::Function") {
		r := a.role(f.Properties["Role"])
		_, err := r.Assume("lambda.amazonaws.com", nil)
		a.want(true, "Lambda takes "+r.ID, err)
		_, err = r.Assume("ec2.amazonaws.com", nil)
		a.want(false, "EC2 takes "+r.ID, err)

		group := a.resource(strings.TrimSuffix(f.LogicalID, "Function") + "LogGroup").Attributes["Arn"]
		a.check(r, true, iam.LogFunction(group)...)
		a.check(r, a.traced(), iam.TraceFunction()...)

		// Package store reads whole objects and ranges, writes in one request or in
		// parts, and aborts unfinished uploads. It must be able to tell a missing object
		// from an unreadable one. Writing in parts needs only s3:PutObject
		// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html,
		// Permissions).
		values := "lokki/" + a.flow() + "/" + runOf(a.stack, "run") + "/step/"
		key := bucket + "/" + values + "output.json.gz"
		a.checkKept(r,
			iam.Call{Action: "s3:GetObject", Resource: key},
			iam.Put(key, "*"),
			iam.PutPart(key),
			iam.Call{Action: "s3:AbortMultipartUpload", Resource: key},
			iam.List(bucket, values+"output.json.gz"))
		if a.key != "" {
			a.check(r, true, iam.DecryptEnvironment(a.key)...)
			a.check(r, false, iam.Call{Action: "kms:Decrypt", Resource: a.key}) // by the step itself
		}

		unencryptedList := iam.List(bucket, values)
		unencryptedList.Context["aws:SecureTransport"] = []string{"false"}
		a.check(r, false,
			iam.Call{Action: "s3:GetObject", Resource: key, Context: unencrypted},
			unencryptedList,
			iam.Put(key, ""), // which would replace an existing object
			iam.Call{Action: "s3:ListBucket", Resource: bucket},
			iam.List(bucket, ""), iam.List(bucket, "lokki/"), iam.List(bucket, "lokki/"+a.flow()+"/"), iam.List(bucket, "lokki/another-flow/"),
			iam.Call{Action: "s3:GetObject", Resource: strings.Replace(key, a.flow(), "another-flow", 1)},
			iam.Call{Action: "s3:DeleteObject", Resource: key},
			iam.Invoke(f.Attributes["Arn"]))
	}
}

// unencrypted is a request without TLS.
var unencrypted = map[string][]string{"aws:SecureTransport": {"false"}}

// machine makes the calls of Step Functions.
func (a *attempts) machine() {
	machine := a.resource("StateMachine")
	r := a.role(machine.Properties["RoleArn"])
	a.assume(r, "states.amazonaws.com", machine.Ref)

	a.check(r, true, iam.DeliverLogs(a.resource("StateMachineLogs").Attributes["Arn"])...)
	a.check(r, a.traced(), iam.Trace()...)
	for _, f := range a.stack.OfType("AWS::Lambda::Function") {
		a.check(r, true, iam.Invoke(f.Attributes["Arn"]))
		a.check(r, false, iam.Invoke(strings.Replace(f.Attributes["Arn"], ":function:", ":function:other-", 1)))
	}

	run := a.resource("ArtifactBucket").Attributes["Arn"] + "/lokki/" + a.flow() + "/" + runOf(a.stack, "run") + "/"
	labels := labels(a.T, machine.Definition)
	for _, label := range labels {
		a.check(r, true, iam.RunMap(machine.Ref, label)...)
		a.checkKept(r, iam.ReadItems(run+"before/3/items.json"))
		a.checkKept(r, iam.WriteResults(run+label+"/3/results/00000000-0000-0000-0000-000000000000/SUCCEEDED_0.json")...)
	}
	a.check(r, false, iam.ReadItems(run+"step/output.json.gz"), iam.Put(run+"step/output.json.gz", "*"), iam.Put(run+"step/items.json", ""))
	if labels == nil {
		a.check(r, false, iam.RunMap(machine.Ref, "none")...)
		a.check(r, false, iam.WriteResults(run+"none/results/0.json")...)
	}
}

// addAdmin adds a role that may do everything in S3.
func addAdmin(stack *cloudformation.Stack) {
	stack.Resources = append(stack.Resources, cloudformation.Resource{
		LogicalID: "Admin", Type: "AWS::IAM::Role", Ref: "admin",
		Attributes: map[string]string{"Arn": "arn:aws:iam::123456789012:role/admin"},
		Properties: map[string]any{
			"AssumeRolePolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
				"Effect": "Allow", "Principal": map[string]any{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
			}},
			"Policies": []any{map[string]any{"PolicyName": "s3", "PolicyDocument": map[string]any{
				"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
			}}},
		},
	})
}

// admin can't replace a value in the stack's bucket, although its role would
// allow that.
func (a *attempts) admin() {
	r := a.role("arn:aws:iam::123456789012:role/admin")
	run := a.resource("ArtifactBucket").Attributes["Arn"] + "/lokki/" + a.flow() + "/" + runOf(a.stack, "run") + "/"
	for _, name := range []string{"output.json.gz", "items.json", "items.jsonl.gz"} {
		a.check(r, false, iam.Put(run+"step/3/"+name, ""))
		a.check(r, true, iam.Put(run+"step/3/"+name, "*"), iam.PutPart(run+"step/3/"+name))
	}
	a.check(r, true, iam.Put(run+"step/results/a/manifest.json", ""))
}

// schedules makes the calls of EventBridge Scheduler, if the flow is scheduled.
func (a *attempts) schedules() {
	for _, s := range a.stack.OfType("AWS::Scheduler::Schedule") {
		target := s.Properties["Target"].(map[string]any)
		r := a.role(target["RoleArn"])
		// The source is never a schedule's own ARN, but its group's
		// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
		a.assume(r, "scheduler.amazonaws.com", a.resource("ScheduleGroup").Attributes["Arn"])
		queue := target["DeadLetterConfig"].(map[string]any)["Arn"].(string)
		a.checkKept(r, iam.Schedule(target["Arn"].(string), queue)...)
		a.check(r, false, iam.Call{Action: "sqs:SendMessage", Resource: queue, Context: unencrypted})
		a.check(r, false, iam.Schedule(target["Arn"].(string)+"2", queue+"2")...)
	}
}

// assume has a service assume a role on behalf of a resource, in this account
// and in another.
func (a *attempts) assume(r *iam.Role, service, arn string) {
	for account, allowed := range map[string]bool{a.stack.Account: true, "210987654321": false} {
		_, err := r.Assume(service, map[string][]string{
			"aws:SourceAccount": {account}, "aws:SourceArn": {strings.Replace(arn, a.stack.Account, account, 1)}})
		a.want(allowed, service+" takes "+r.ID+" for "+account, err)
	}
}

func (a *attempts) traced() bool {
	return a.resource("StateMachine").Properties["TracingConfiguration"].(map[string]any)["Enabled"] == true
}

// flow is the flow's name in objects' keys.
func (a *attempts) flow() string {
	tags := a.resource("StateMachine").Properties["Tags"].([]any)
	return fmt.Sprint(tags[0].(map[string]any)["Value"])
}

// labels returns the labels of all maps of a state machine.
func labels(t *testing.T, definition []byte) []string {
	var machine any
	if err := json.Unmarshal(definition, &machine); err != nil {
		t.Fatal(err)
	}
	var all []string
	var walk func(v any)
	walk = func(v any) {
		fields, _ := v.(map[string]any)
		if label, ok := fields["Label"].(string); ok && fields["Type"] == "Map" {
			all = append(all, label)
		}
		for _, inner := range fields {
			walk(inner)
		}
	}
	walk(machine)
	return all
}

// withoutResource are actions that AWS's reference gives a resource, but that
// need *.
var withoutResource = map[string]string{
	// Step Functions searches all groups for the one to deliver to.
	"logs:DescribeLogGroups": "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy",
}

// TestNoStarWhereAWSTakesAResource checks each statement of each policy.
func TestNoStarWhereAWSTakesAResource(t *testing.T) {
	stars := 0
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if r := at(n, "Resource"); n.Kind == yaml.MappingNode && r != nil && r.Value == "*" {
			for _, action := range at(n, "Action").Content {
				stars++
				takes, err := iam.TakesResource(action.Value)
				if err != nil {
					t.Error(err)
				}
				if takes && withoutResource[action.Value] == "" {
					t.Errorf("statement %s: %s has the resource *, and takes one", at(n, "Sid").Value, action.Value)
				}
			}
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	for _, d := range deployments {
		walk(at(template(t, d.input(t)), "Resources"))
	}
	if stars == 0 {
		t.Error("no statement was looked at")
	}
}
