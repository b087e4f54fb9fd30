package cfn_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/rehearse/iam"
	cloudformation "github.com/lokki-build/lokki/tools/rehearse/template"
)

// runOf is the id of a run of a stack.
func runOf(stack *cloudformation.Stack, execution string) string {
	return envelope.Execution{
		Name: execution, Hash: strings.Repeat("0123456789abcdef", 4), Stack: stack.ID[strings.LastIndexByte(stack.ID, '/')+1:],
	}.Run()
}

// TestAStackReachesItsRunsOnly: several stacks of one flow share a bucket and a prefix,
// and each reads, writes and lists only its own runs, whatever its own and the others'
// executions are called.
func TestAStackReachesItsRunsOnly(t *testing.T) {
	made, err := cfn.Generate(input(t, birds))
	if err != nil {
		t.Fatal(err)
	}
	read, err := cloudformation.Read("template.yaml", made.YAML)
	if err != nil {
		t.Fatal(err)
	}
	here := environments[0]
	again, other, elsewhere := here, here, here
	again.StackID = "11111111-2222-3333-4444-555555555555"
	other.Stack = "birds-prod"
	elsewhere.Account = "210987654321"
	var stacks []*cloudformation.Stack
	for _, env := range []cloudformation.Environment{here, again, other, elsewhere} {
		stack, err := read.Resolve(env, map[string]string{"ArtifactBucketName": "shared"})
		if err != nil {
			t.Fatal(err)
		}
		stacks = append(stacks, stack)
	}
	keys := map[string]bool{}
	for _, reader := range stacks {
		account, err := iam.Load(reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, owner := range stacks {
			for _, name := range executionNames(reader, owner) {
				run := runOf(owner, name)
				if _, ok := envelope.ParseExecution(run); !ok {
					t.Fatalf("%s is not the id of an execution's run", run)
				}
				step := envelope.Keys{Prefix: "lokki", Flow: "birds-flow", Run: run}
				for _, call := range callsOf(reader, account, t, step) {
					_, err := call.role.Check(call.Call)
					if allowed := err == nil; allowed != (reader == owner) {
						t.Errorf("%s of %s on %s of %s: allowed is %v", call.Action, reader.ID, call.Resource, owner.ID, allowed)
					}
				}
				keys[step.Output("get-birds", "")] = true
			}
		}
	}
	if len(keys) < 4*len(executionNames(stacks[0], stacks[1])) {
		t.Errorf("only %d keys", len(keys))
	}
}

// executionNames are names that could be misread as more than a name.
func executionNames(reader, owner *cloudformation.Stack) []string {
	uuid := func(s *cloudformation.Stack) string { return s.ID[strings.LastIndexByte(s.ID, '/')+1:] }
	names := []string{
		"a", ".", "..", "a.", ".a", strings.Repeat("r", 80), "!'()+.=@_-",
		uuid(reader), "." + uuid(reader), uuid(reader) + ".", "x." + uuid(reader) + ".y", uuid(reader) + "." + uuid(owner),
		"results", "items.json", "x.items.json",
	}
	// All characters that Step Functions allows: no blanks, control characters,
	// <>{}[]?*"#%\^|~`$&,;:/
	for c := rune('!'); c < 'z'; c++ {
		if !strings.ContainsRune("<>{}[]?*\"#%\\^|~`$&,;:/", c) {
			names = append(names, string(c)+"."+uuid(reader)+string(c))
		}
	}
	return append(names, "é."+uuid(reader), "鳥")
}

// callOf is a call with a role.
type callOf struct {
	role *iam.Role
	iam.Call
}

// callsOf are what the stack's roles may do with one of its runs.
func callsOf(stack *cloudformation.Stack, account *iam.Account, t *testing.T, run envelope.Keys) []callOf {
	role := func(id string) *iam.Role {
		r, _ := stack.Resource(id)
		found, err := account.Role(r.Attributes["Arn"])
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	bucket := "arn:aws:s3:::shared"
	var calls []callOf
	for _, key := range []string{
		run.Output("get-birds", ""), run.Output("flap-bird", "3/"), run.Items("get-birds", "3/17/"), run.Batches("get-birds", ""),
	} {
		calls = append(calls,
			callOf{role("LambdaRole"), iam.Call{Action: "s3:GetObject", Resource: bucket + "/" + key}},
			callOf{role("LambdaRole"), iam.Put(bucket+"/"+key, "*")},
			callOf{role("LambdaRole"), iam.PutPart(bucket + "/" + key)},
			callOf{role("LambdaRole"), iam.List(bucket, key)})
	}
	calls = append(calls, callOf{role("PipelineRole"), iam.ReadItems(bucket + "/" + run.Batches("get-birds", "3/"))})
	results := strings.TrimSuffix(run.Output("flap-bird", "3/"), "output.json.gz") + "results/a/SUCCEEDED_0.json"
	for _, call := range iam.WriteResults(bucket + "/" + results) {
		calls = append(calls, callOf{role("PipelineRole"), call})
	}
	return calls
}
