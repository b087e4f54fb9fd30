package cfn_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"
	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// input is everything for the template of g, with the default configuration.
func input(t testing.TB, g graph.Graph) cfn.Input {
	in := cfn.Input{Graph: g, Manifest: flowtest.Manifest(g), Config: config.Defaults()}
	var err error
	if in.Definition, err = asl.Generate(g); err != nil {
		t.Fatal(err)
	}
	if in.Images, err = images.New(g, in.Manifest, flowtest.Digests(in.Manifest)); err != nil {
		t.Fatal(err)
	}
	return in
}

func sequence(steps int) graph.Graph {
	calls := []string{"start S0"}
	for i := 1; i < steps; i++ {
		calls = append(calls, fmt.Sprint("then S", i))
	}
	return flowtest.Chain("LongFlow", calls...)
}

var birds = flowtest.Chain("BirdsFlow", "start GetBirds", "map FlapBird", "agg JoinBirds")

func TestSameBytesInAnyOrderOfSteps(t *testing.T) {
	in := input(t, birds)
	in.Config.LambdaEnv = map[string]string{"AA": "1", "BB": "2", "CC": "3"}
	first, err := cfn.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		steps := in.Manifest.Steps
		rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		if again, err := cfn.Generate(in); err != nil || !bytes.Equal(first.YAML, again.YAML) {
			t.Fatal("other bytes for the same input: ", err)
		}
	}
}

func TestAChangedImageChangesOneLine(t *testing.T) {
	in := input(t, birds)
	before, err := cfn.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Images[1].Digest = "sha256:" + strings.Repeat("0", 64)
	after, err := cfn.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	b, a := strings.Split(string(before.YAML), "\n"), strings.Split(string(after.YAML), "\n")
	var changed []string
	for i := range b {
		if a[i] != b[i] {
			changed = append(changed, a[i])
		}
	}
	if len(a) != len(b) || len(changed) != 1 || !strings.Contains(changed[0], "/birds-flow/flap-bird@sha256:000") {
		t.Errorf("changed lines %q", changed)
	}
}

func TestSettingsOfTheStepThenOfTheProject(t *testing.T) {
	in := input(t, birds)
	in.Config.LambdaDefaults.Memory, in.Config.LambdaDefaults.Timeout = 256, 30
	in.Config.LambdaEnv = map[string]string{"LEVEL": "INFO", "STAGE": "no"}
	in.Manifest.Steps[0].Memory = 2048
	in.Manifest.Steps[0].EphemeralStorage = 4096
	in.Manifest.Steps[0].Env = map[string]string{"LEVEL": "DEBUG"}
	for id, want := range map[string][]string{
		"GetBirdsFunction": {"MemorySize: 2048\n", "Timeout: 30\n", "Size: 4096\n", "LEVEL: DEBUG\n", "STAGE: \"no\"\n"},
		"FlapBirdFunction": {"MemorySize: 256\n", "Timeout: 30\n", "Size: 512\n", "LEVEL: INFO\n"},
	} {
		text := render(t, resource(t, template(t, in), id))
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s has no %q:\n%s", id, w, text)
			}
		}
	}
}

func TestSettingsOfTheProjectAreTheParametersDefaults(t *testing.T) {
	in := input(t, birds)
	in.Config.ArtifactBucket, in.Config.Prefix, in.Config.DataExpiry, in.Config.LogRetention = "my-bucket", "team/lokki", 7, 90
	in.Config.ECRRepoPrefix = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team"
	in.Config.Roles = config.Roles{Pipeline: "arn:aws:iam::123456789012:role/p", Lambda: "arn:aws:iam::123456789012:role/l"}
	root := template(t, in)
	for parameter, want := range map[string]string{
		"ArtifactBucketName": "my-bucket", "Prefix": "team/lokki", "DataExpirationDays": "7", "LogRetentionDays": "90",
		"EcrRepoPrefix": in.Config.ECRRepoPrefix, "PipelineRoleArn": in.Config.Roles.Pipeline, "LambdaRoleArn": in.Config.Roles.Lambda,
	} {
		if got := at(root, "Parameters", parameter, "Default"); got == nil || got.Value != want {
			t.Errorf("the default of %s is %+v, want %s", parameter, got, want)
		}
	}
}

// TestTracing: lokki.yml sets the default, the deployment decides, and only a
// role that traces has the permissions.
func TestTracing(t *testing.T) {
	for _, on := range []bool{true, false} {
		in := input(t, birds)
		in.Config.Tracing = on
		root := template(t, in)
		if got := at(root, "Parameters", "Tracing", "Default"); got.Value != fmt.Sprint(on) || got.Tag != "!!str" {
			t.Errorf("tracing %v: the default is %s %s", on, got.Tag, got.Value)
		}
		for id, want := range map[string]string{
			"StateMachine": "Enabled: !If [Traced, true, false]", "GetBirdsFunction": "Mode: !If [Traced, Active, PassThrough]",
		} {
			if text := render(t, resource(t, root, id)); !strings.Contains(text, want) {
				t.Errorf("%s has no %q", id, want)
			}
		}
		for _, id := range []string{"LambdaRole", "PipelineRole"} {
			role := resource(t, root, id)
			rights := 0
			conditional(role, "Traced", func(yes *yaml.Node) { rights += strings.Count(render(t, yes), "- xray:") })
			if all := strings.Count(render(t, role), "- xray:"); rights == 0 || rights != all {
				t.Errorf("%s: %d of %d rights to trace are under the condition", id, rights, all)
			}
		}
	}
}

// TestMetrics: lokki.yml sets the default, the deployment decides, and each
// function gets the setting and the stack's name, which distinguishes its
// metrics.
func TestMetrics(t *testing.T) {
	for _, on := range []bool{true, false} {
		in := input(t, birds)
		in.Config.Metrics = on
		root := template(t, in)
		if got := at(root, "Parameters", "Metrics", "Default"); got.Value != fmt.Sprint(on) || got.Tag != "!!str" {
			t.Errorf("metrics %v: the default is %s %s", on, got.Tag, got.Value)
		}
		for _, id := range []string{"GetBirdsFunction", "FlapBirdFunction", "JoinBirdsFunction"} {
			variables := at(resource(t, root, id), "Properties", "Environment", "Variables")
			if got := at(variables, "LOKKI_METRICS"); got.Tag != "!Ref" || got.Value != "Metrics" {
				t.Errorf("%s has LOKKI_METRICS %s %s", id, got.Tag, got.Value)
			}
			if got := at(variables, "LOKKI_STACK"); got.Tag != "!Ref" || got.Value != "AWS::StackName" {
				t.Errorf("%s has LOKKI_STACK %s %s", id, got.Tag, got.Value)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	if made, err := cfn.Generate(input(t, sequence(10))); err != nil || len(made.Notes) != 0 {
		t.Errorf("10 steps: %v, notes %q", err, made.Notes)
	}
	made, err := cfn.Generate(input(t, sequence(200)))
	if err != nil || len(made.Notes) != 1 || !strings.Contains(made.Notes[0], "deploy it from S3") || !strings.Contains(made.Notes[0], "51200") {
		t.Errorf("200 steps: %v, notes %q", err, made.Notes)
	}
	_, err = cfn.Generate(input(t, sequence(260)))
	if err == nil || !strings.Contains(err.Error(), "resources for 260 functions; CloudFormation allows 500\nhint: split the flow") {
		t.Errorf("260 steps: %v", err)
	}
	in := input(t, birds)
	in.Definition = []byte(`{"Comment":"` + strings.Repeat("x", 1<<20) + `"}`)
	if _, err = cfn.Generate(in); err == nil || !strings.Contains(err.Error(), "allows 1048576\nhint: ") {
		t.Errorf("large definition: %v", err)
	}
}

func TestInputsOfDifferentFlowsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*cfn.Input)
		want  string
	}{
		"definition": {func(in *cfn.Input) { in.Definition = []byte(`{"a":"${OtherFunctionArn}"}`) }, "${OtherFunctionArn}, for which there is no value"},
		"not JSON":   {func(in *cfn.Input) { in.Definition = []byte(`{`) }, "not JSON"},
		"images":     {func(in *cfn.Input) { in.Images = in.Images[:2] }, "step join-birds: no image of example.com/flows.JoinBirds"},
		"image":      {func(in *cfn.Input) { in.Images[0].Architecture = "amd64" }, "the image is of //flows:get_birds (amd64), the step is //flows:get_birds (arm64)"},
		"steps":      {func(in *cfn.Input) { in.Manifest.Steps = in.Manifest.Steps[1:] }, "step get-birds: example.com/flows.GetBirds has no lokki_step"},
		"large environment": {func(in *cfn.Input) {
			in.Config.LambdaEnv = map[string]string{"LARGE": strings.Repeat("x", 4000)}
		}, "//flows:get_birds: the environment has 4005 bytes"},
	} {
		in := input(t, birds)
		c.spoil(&in)
		if _, err := cfn.Generate(in); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

// TestALongTemplateIsWrittenLikeAShortOne: a template encoded in parts has the
// same text and content as one encoded at once.
func TestALongTemplateIsWrittenLikeAShortOne(t *testing.T) {
	made, err := cfn.Generate(input(t, sequence(120)))
	if err != nil {
		t.Fatal(err)
	}
	var whole yaml.Node
	if err := yaml.Unmarshal(made.YAML, &whole); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	enc := yaml.NewEncoder(&again)
	enc.SetIndent(2)
	if err := enc.Encode(&whole); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made.YAML, again.Bytes()) {
		t.Error(udiff.Unified("encoded as a whole", "made", again.String(), string(made.YAML)))
	}
}

// BenchmarkGenerate200 makes the state machine and the template of a flow of 200
// functions.
func BenchmarkGenerate200(b *testing.B) {
	in := input(b, sequence(200))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if in.Definition, err = asl.Generate(in.Graph); err != nil {
			b.Fatal(err)
		}
		if _, err = cfn.Generate(in); err != nil {
			b.Fatal(err)
		}
	}
}

func template(t *testing.T, in cfn.Input) *yaml.Node {
	made, err := cfn.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(made.YAML, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

// at follows keys through mappings; nil if one is missing.
func at(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		var next *yaml.Node
		for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				next = n.Content[i+1]
			}
		}
		n = next
	}
	return n
}

func resource(t *testing.T, root *yaml.Node, id string) *yaml.Node {
	n := at(root, "Resources", id)
	if n == nil {
		t.Fatalf("no resource %s", id)
	}
	return n
}

func render(t *testing.T, n *yaml.Node) string {
	data, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
