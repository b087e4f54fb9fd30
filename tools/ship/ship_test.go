package ship_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lokki-build/lokki/tools/ship"
	"github.com/lokki-build/lokki/tools/ship/shiptest"
)

// program calls the program as a user would, without a terminal.
type program struct {
	t          *testing.T
	executable string
	answer     string // what the user types, on a terminal
}

func build(t *testing.T, f shiptest.Flow) program {
	return program{t: t, executable: shiptest.Build(t, f)}
}

// run returns the exit code and everything that was written.
func (p program) run(ctx context.Context, args ...string) (int, string) {
	p.t.Helper()
	var out bytes.Buffer
	c := ship.Command{Executable: p.executable, Stdin: strings.NewReader(p.answer), Stdout: &out, Stderr: &out, Terminal: p.answer != ""}
	code := c.Run(ctx, args)
	return code, out.String()
}

// expect runs the program and checks its exit code and that the texts are in what
// it writes.
func (p program) expect(code int, args string, texts ...string) string {
	p.t.Helper()
	got, out := p.run(p.t.Context(), strings.Fields(args)...)
	if got != code {
		p.t.Errorf("%s: exit code %d, want %d", args, got, code)
	}
	for _, text := range texts {
		if !strings.Contains(out, text) {
			p.t.Errorf("%s: no %q in\n%s", args, text, out)
		}
	}
	return out
}

const newStack = `<member><Type>Resource</Type><ResourceChange><Action>Add</Action><LogicalResourceId>GetBirdsFunction</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></ResourceChange></member>`

const newCode = `<member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>FlapBirdFunction</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType><Replacement>False</Replacement>` +
	`<Details><member><Target><Attribute>Properties</Attribute><Name>Code</Name><RequiresRecreation>Never</RequiresRecreation></Target><Evaluation>Static</Evaluation><ChangeSource>DirectModification</ChangeSource></member></Details></ResourceChange></member>`

// deployed builds and deploys birds.
func deployed(t *testing.T, config string) (*shiptest.Server, shiptest.Flow, program) {
	t.Helper()
	s := shiptest.Start(t)
	f := shiptest.Birds()
	f.Config = config
	p := build(t, f)
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	p.expect(0, "deploy --yes", "a new stack birds-flow", "add      step get-birds", "3 pushed", "state machine: create complete", "stateMachine:birds-flow\n")
	return s, f, p
}

func TestDeploy(t *testing.T) {
	s, f, p := deployed(t, "environments: {dev: {parameters: {LogLevel: ALL}, tags: {team: birds}}}")
	request := s.Stacks.ByName["birds-flow"].Request
	for key, want := range map[string]string{
		"ChangeSetType": "CREATE", "Capabilities.member.1": "CAPABILITY_IAM",
		"Parameters.member.1.ParameterKey": "LogLevel", "Parameters.member.1.ParameterValue": "ALL",
		"Tags.member.1.Key": "team", "Tags.member.1.Value": "birds",
	} {
		if got := request.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}

	s.Stacks.Changes = ""
	s.Forget()
	p.expect(0, "deploy", "nothing changes in birds-flow, dev (account 123456789012, eu-west-1)", "all 3 are in the registry")
	if n := s.Calls("registry."); n != 3 {
		t.Errorf("%d requests to the registry for an unchanged flow, want one for each image", n)
	}
	if len(s.Stacks.ByName["birds-flow"].ChangeSets) != 0 {
		t.Error("the empty change set is left")
	}

	f.Code = map[string]string{"example.com/flows.FlapBird": "new"}
	p = build(t, f)
	s.Stacks.Changes, s.Stacks.Outcome = newCode, shiptest.Succeed("UPDATE")
	out := p.expect(0, "diff", "new code: flap-bird; the same code: get-birds, join-birds", "change   step flap-bird               new code")
	if strings.Contains(out, "pushed") || s.Calls("cloudformation.ExecuteChangeSet") != 0 || len(s.Stacks.ByName["birds-flow"].ChangeSets) != 0 {
		t.Errorf("diff changed something or left a change set:\n%s", out)
	}
	p.expect(0, "deploy --yes", "1 pushed", "2 were in the registry", "stack: update complete")
}

func TestConsent(t *testing.T) {
	s := shiptest.Start(t)
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	p := build(t, shiptest.Birds())
	p.expect(2, "deploy", "not a terminal", "--yes agrees")
	p.answer = "n\n"
	p.expect(1, "deploy", "deploy? [y/N]", "nothing was changed")
	if s.Calls("cloudformation.ExecuteChangeSet") != 0 || s.Calls("registry.") != 0 || !s.Stacks.ByName["birds-flow"].Deleted {
		t.Error("without consent something was changed, or a stack in review is left")
	}
	p.answer = "y\n"
	p.expect(0, "deploy", "stack: create complete")
}

// TestReviewOfAnother: discarding a change set for a new stack leaves the one that
// somebody else is about to execute.
func TestReviewOfAnother(t *testing.T) {
	s := shiptest.Start(t)
	s.Stacks.Changes = newStack
	p := build(t, shiptest.Birds())
	s.SetFault(func(operation string, _ http.ResponseWriter, _ *http.Request) bool {
		if operation == "cloudformation.DeleteChangeSet" {
			s.Stacks.ByName["birds-flow"].ChangeSets["another"] = true
		}
		return false
	})
	p.expect(0, "diff", "a new stack birds-flow")
	if s.Stacks.ByName["birds-flow"].Deleted {
		t.Error("the other's stack was deleted")
	}
}

func TestTheRightAccountAndRegion(t *testing.T) {
	s := shiptest.Start(t)
	f := shiptest.Birds()
	f.Config = `environments:
  dev: {account: "123456789012", region: eu-west-1}
  prod: {account: "210987654321", region: eu-west-1}
  far: {account: "123456789012", region: us-east-1}
`
	p := build(t, f)
	p.expect(1, "push", "--env is missing\nhint: give one of dev, far, prod")
	p.expect(1, "push --env prd", "there is no environment prd\nhint: did you mean prod?")
	p.expect(1, "push --env prod", "the credentials are those of account 123456789012 (arn:aws:iam::123456789012:user/ann), but the environment's account is 210987654321\nhint: ")
	p.expect(1, "push --env far", "AWS_REGION is eu-west-1, but the environment's Region is us-east-1\nhint: unset AWS_REGION")
	if s.Calls("ecr.") != 0 {
		t.Error("something was done in the wrong account")
	}
	p.expect(0, "push --env dev", "3 pushed")
}

func TestParametersAreCheckedBefore(t *testing.T) {
	s := shiptest.Start(t)
	for parameters, want := range map[string]string{
		"LogLevle: ALL":              "unknown parameter LogLevle\nhint: did you mean",
		"LogLevel: LOUD":             `"LOUD" is not one of the AllowedValues`,
		"DataExpirationDays: 0":      "less than the MinValue",
		"AlarmTopicArn: 'arn:aws:x'": "", // another flow's
	} {
		f := shiptest.Birds()
		f.Config = "environments: {dev: {parameters: {" + parameters + "}}}"
		p := build(t, f)
		if want == "" {
			p.expect(0, "push")
			continue
		}
		p.expect(1, "push", want)
	}
	if s.Calls("ecr.CreateRepository") != 3 {
		t.Error("something was done with wrong parameters")
	}
}

func TestFirstDeploymentFails(t *testing.T) {
	s := shiptest.Start(t)
	p := build(t, shiptest.Birds())
	s.Stacks.Changes = newStack
	s.Stacks.Outcome = []shiptest.Outcome{
		{Status: "CREATE_IN_PROGRESS", Events: []string{"birds-flow AWS::CloudFormation::Stack CREATE_IN_PROGRESS"}},
		{Status: "ROLLBACK_IN_PROGRESS", Events: []string{
			"GetBirdsFunction AWS::Lambda::Function CREATE_FAILED Source image 1.dkr.ecr/x does not exist. Provide a valid source image.",
			"FlapBirdFunction AWS::Lambda::Function CREATE_FAILED Resource creation cancelled"}},
		{Status: "ROLLBACK_COMPLETE", Events: []string{"birds-flow AWS::CloudFormation::Stack ROLLBACK_COMPLETE"}},
	}
	out := p.expect(1, "deploy --yes", "the deployment failed; nothing is left of it\nGetBirdsFunction (AWS::Lambda::Function): Source image", "hint: the image isn't in the registry")
	if strings.Count(out, "cancelled") > 1 || !s.Stacks.ByName["birds-flow"].Deleted {
		t.Errorf("consequences are named as causes, or the stack is left:\n%s", out)
	}
}

func TestUpdateFails(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.Changes = newCode
	for status, want := range map[string]string{
		"UPDATE_ROLLBACK_COMPLETE": "the deployment failed; the stack is as before\nFlapBirdFunction (AWS::Lambda::Function): no\n",
		"UPDATE_ROLLBACK_FAILED":   "hint: repair what the events of the stack name, then: aws cloudformation continue-update-rollback --stack-name birds-flow",
	} {
		s.Stacks.ByName["birds-flow"].Status = "UPDATE_COMPLETE"
		s.Stacks.Outcome = []shiptest.Outcome{{Status: "UPDATE_IN_PROGRESS"}, {Status: status, Events: []string{
			"FlapBirdFunction AWS::Lambda::Function UPDATE_FAILED no", "birds-flow AWS::CloudFormation::Stack " + status}}}
		p.expect(1, "deploy --yes", want)
	}
}

// TestStaleState: right after a deployment has begun, the stack may still be in the
// state before it.
func TestStaleState(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.Changes = newCode
	s.Stacks.ByName["birds-flow"].Status = "UPDATE_COMPLETE"
	s.Stacks.Outcome = []shiptest.Outcome{
		{Status: "UPDATE_COMPLETE"},
		{Status: "UPDATE_COMPLETE", Events: []string{"birds-flow AWS::CloudFormation::Stack UPDATE_IN_PROGRESS"}},
		{Status: "UPDATE_IN_PROGRESS"},
		{Status: "UPDATE_ROLLBACK_COMPLETE", Events: []string{"FlapBirdFunction AWS::Lambda::Function UPDATE_FAILED no", "birds-flow AWS::CloudFormation::Stack UPDATE_ROLLBACK_COMPLETE"}},
	}
	p.expect(1, "deploy --yes", "the deployment failed; the stack is as before")
}

func TestStuckStacks(t *testing.T) {
	s, _, p := deployed(t, "")
	for status, want := range map[string]string{
		"ROLLBACK_FAILED":        "the stack birds-flow is stuck: its first deployment failed",
		"DELETE_FAILED":          "its deletion failed: the reason\nhint: remove what holds it up",
		"UPDATE_ROLLBACK_FAILED": "continue-update-rollback",
		"UPDATE_FAILED":          "rollback-stack",
		"UPDATE_IN_PROGRESS":     "another deployment is in progress: the stack birds-flow is UPDATE_IN_PROGRESS\nhint: wait for it with --wait",
	} {
		s.Stacks.ByName["birds-flow"].Status = status
		p.expect(1, "deploy --yes", want)
	}
	if s.Calls("cloudformation.CreateChangeSet") != 1 {
		t.Error("a change set was made of a stuck stack")
	}
}

// TestEmptyStack: what an interrupted command left of a failed first deployment is
// mended by the next.
func TestEmptyStack(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.ByName["birds-flow"].Status = "ROLLBACK_COMPLETE"
	p.expect(0, "deploy --yes", "left an empty stack: deleting it", "a new stack", "stack: create complete")
}

func TestSecondDeploymentAtTheSameTime(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.Changes, s.Stacks.Outcome = newCode, shiptest.Succeed("UPDATE")
	s.SetFault(func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		if operation == "cloudformation.ExecuteChangeSet" {
			shiptest.FailXML(w, 400, "InvalidChangeSetStatus", "ChangeSet cannot be executed in its current status of [OBSOLETE]")
			return true
		}
		return false
	})
	p.expect(1, "deploy --yes", "another deployment is in progress", "hint: wait for it with --wait")
	s.SetFault(nil)
	if len(s.Stacks.ByName["birds-flow"].ChangeSets) != 0 {
		t.Error("the change set is left")
	}
	p.expect(0, "deploy --yes", "stack: update complete")
}

// TestInterrupted: Ctrl-C at any request leaves nothing that the next call doesn't
// mend.
func TestInterrupted(t *testing.T) {
	for _, at := range []string{
		"sts.GetCallerIdentity", "cloudformation.DescribeStacks", "cloudformation.CreateChangeSet", "cloudformation.DescribeChangeSet", "ecr.GetAuthorizationToken",
		"ecr.CreateRepository", "ecr.SetRepositoryPolicy", "registry.POST upload", "registry.PUT manifest", "cloudformation.ExecuteChangeSet", "cloudformation.DescribeStackEvents",
	} {
		t.Run(at, func(t *testing.T) {
			s := shiptest.Start(t)
			p := build(t, shiptest.Birds())
			s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
			ctx, cancel := context.WithCancel(t.Context())
			var reached atomic.Bool
			s.SetFault(func(operation string, _ http.ResponseWriter, _ *http.Request) bool {
				if operation == at {
					reached.Store(true)
					cancel()
				}
				return false
			})
			if code, out := p.run(ctx, "deploy", "--yes"); code != 1 || !reached.Load() {
				t.Fatalf("exit code %d, reached: %v\n%s", code, reached.Load(), out)
			}
			s.SetFault(nil)
			p.expect(0, "deploy --yes --wait", "stateMachine:birds-flow\n")
		})
	}
}

func TestFaultsOfCloudFormation(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter){
		"throttling":      func(w http.ResponseWriter) { shiptest.FailXML(w, 400, "Throttling", "Rate exceeded") },
		"server error":    func(w http.ResponseWriter) { shiptest.FailXML(w, 500, "InternalFailure", "oops") },
		"lost connection": shiptest.Drop,
	} {
		t.Run(name, func(t *testing.T) {
			s := shiptest.Start(t)
			p := build(t, shiptest.Birds())
			s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
			var n atomic.Int64
			s.SetFault(func(operation string, w http.ResponseWriter, _ *http.Request) bool {
				if strings.HasPrefix(operation, "cloudformation.Describe") && n.Add(1)%3 != 0 {
					fail(w)
					return true
				}
				return false
			})
			p.expect(0, "deploy --yes", "stack: create complete")
		})
	}
	s := shiptest.Start(t)
	s.SetFault(func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		shiptest.FailXML(w, 403, "ExpiredToken", "The security token included in the request is expired")
		return true
	})
	build(t, shiptest.Birds()).expect(1, "deploy --yes", "asking AWS whose the credentials are", "hint: the credentials have expired: log in again")
}

func TestDataIsKept(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.Changes = `<member><ResourceChange><Action>Remove</Action><PolicyAction>Retain</PolicyAction><LogicalResourceId>ArtifactBucket</LogicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType></ResourceChange></member>`
	s.Stacks.Outcome = shiptest.Succeed("UPDATE")
	p.expect(1, "deploy --yes", "remove   bucket from the stack; it stays in the account", "this would remove bucket, and data with it\nhint: --allow-data-loss does it")
	if s.Calls("cloudformation.ExecuteChangeSet") != 1 {
		t.Error("it was executed")
	}
	p.expect(0, "deploy --yes --allow-data-loss")
}

func TestRunningExecutions(t *testing.T) {
	s, _, p := deployed(t, "")
	s.Stacks.Changes, s.Stacks.Outcome = newCode, shiptest.Succeed("UPDATE")
	s.Running = []string{"nightly", "hourly"}
	p.expect(0, "deploy --yes", "warning: 2 running executions would go on with another step flap-bird: nightly, hourly\nhint: --wait waits until they have ended")

	s.Stacks.ByName["birds-flow"].Status = "UPDATE_COMPLETE"
	var asked atomic.Int64
	s.SetFault(func(operation string, w http.ResponseWriter, _ *http.Request) bool {
		if operation == "states.ListExecutions" && asked.Add(1) == 3 {
			s.End()
		}
		return false
	})
	p.expect(0, "deploy --yes --wait", "waiting for them", "stack: update complete")
	if asked.Load() != 3 {
		t.Errorf("asked %d times for running executions, want 3", asked.Load())
	}
}

func TestExpress(t *testing.T) {
	s := shiptest.Start(t)
	s.Stacks.Changes, s.Stacks.Outcome = newStack, shiptest.Succeed("CREATE")
	build(t, shiptest.Birds()).expect(0, "deploy --yes --express")
	request := s.Stacks.ByName["birds-flow"].Request
	if request.Get("DeploymentConfig.Mode") != "EXPRESS" || request.Get("DeploymentConfig.DisableRollback") != "false" {
		t.Errorf("the change set was made with %v", request)
	}
}

func TestDestroy(t *testing.T) {
	s, _, p := deployed(t, "")
	p.expect(2, "destroy", "stays    its images; --images deletes them", "not a terminal")
	p.expect(0, "destroy --yes --images", "stack: delete complete", "3 of 3 repositories were empty")
	if len(s.ECR.Repositories) != 0 {
		t.Errorf("%d repositories are left", len(s.ECR.Repositories))
	}
	p.expect(0, "destroy --yes", "it is deleted already")
	s.Stacks.ByName = map[string]*shiptest.StackState{}
	p.expect(0, "destroy --yes", "there is no stack birds-flow in account 123456789012, eu-west-1")
}

func TestUsage(t *testing.T) {
	p := build(t, shiptest.Birds())
	p.expect(2, "", "usage: ")
	p.expect(0, "--help", "deploy ", "destroy ", "Exit codes")
	p.expect(0, "deploy --help", "--allow-data-loss", "--env ENVIRONMENT")
	p.expect(2, "deply", `unknown verb "deply"; did you mean deploy?`)
	p.expect(2, "deploy --yess", "flag provided but not defined: -yess\nhint: ")
	p.expect(2, "push now", `unexpected argument "now"`)
	missing := program{t: t, executable: t.TempDir() + "/birds_aws"}
	missing.expect(1, "push", "reading what to deploy", "hint: run the target <flow>_aws")
}
