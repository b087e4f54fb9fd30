package cfn_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/tools/cfn"
)

// Each of these is a mistake that a generator of templates has made, or one
// that would fail only at deployment or later.

func TestTheRoleCanStartADistributedMap(t *testing.T) {
	policy := render(t, resource(t, template(t, input(t, birds)), "PipelineMapPolicy"))
	for _, want := range []string{
		"- states:StartExecution\n                Resource: !Ref StateMachine",
		"execution:${StateMachine.Name}:*", "execution:${StateMachine.Name}/*:*", "states:RedriveExecution",
	} {
		if !strings.Contains(strings.ReplaceAll(policy, "  ", ""), strings.ReplaceAll(want, "  ", "")) {
			t.Errorf("the policy has no %q:\n%s", want, policy)
		}
	}
	role := render(t, resource(t, template(t, input(t, birds)), "PipelineRole"))
	for _, want := range []string{"/birds-flow/*.${Stack}/*/items.json", "/birds-flow/*.${Stack}/*/results/*", "s3:AbortMultipartUpload"} {
		if !strings.Contains(role, want) {
			t.Errorf("the role has no %q", want)
		}
	}
}

func TestWithoutMapsTheRoleCanDoNeither(t *testing.T) {
	root := template(t, input(t, sequence(3)))
	if at(root, "Resources", "PipelineMapPolicy") != nil {
		t.Error("a policy to start executions")
	}
	if role := render(t, resource(t, root, "PipelineRole")); strings.Contains(role, "s3:") {
		t.Errorf("rights in S3:\n%s", role)
	}
}

// TestAFailedFirstDeploymentLeavesNothing: what it left would block the next
// attempt, or add a bucket with each.
func TestAFailedFirstDeploymentLeavesNothing(t *testing.T) {
	in := scheduled(t)
	resources := at(template(t, in), "Resources")
	kept := 0
	for i := 0; i < len(resources.Content); i += 2 {
		id, r := resources.Content[i].Value, resources.Content[i+1]
		if policy := at(r, "DeletionPolicy"); policy != nil && policy.Value != "Delete" {
			kept++
			if policy.Value != "RetainExceptOnCreate" {
				t.Errorf("%s has the DeletionPolicy %s", id, policy.Value)
			}
			if replaced := at(r, "UpdateReplacePolicy"); replaced == nil || replaced.Value != "Retain" {
				t.Errorf("%s is not retained when it is replaced", id)
			}
		}
	}
	if kept != 2 {
		t.Errorf("%d resources outlive the stack, want the bucket and its policy", kept)
	}
}

// references returns the names in !Ref, !GetAtt and !Sub under n.
func references(n *yaml.Node) []string {
	var found []string
	switch n.Tag {
	case "!Ref":
		found = append(found, n.Value)
	case "!GetAtt":
		name, _, _ := strings.Cut(n.Value, ".")
		found = append(found, name)
	case "!Sub":
		format := n.Value
		if n.Kind == yaml.SequenceNode {
			format = n.Content[0].Value
		}
		for _, m := range regexp.MustCompile(`\$\{([A-Za-z0-9]+)`).FindAllStringSubmatch(format, -1) {
			found = append(found, m[1])
		}
	}
	for _, inner := range n.Content {
		found = append(found, references(inner)...)
	}
	return found
}

func TestNoCircularDependencies(t *testing.T) {
	for _, in := range []cfn.Input{input(t, birds), scheduled(t), input(t, sequence(100)), input(t, flowtest.Random(7))} {
		resources := at(template(t, in), "Resources")
		state := map[string]int{} // 1: being visited, 2: done
		var visit func(id string)
		visit = func(id string) {
			n := at(resources, id)
			if n == nil || state[id] == 2 {
				return
			}
			if state[id] == 1 {
				t.Fatalf("%s depends on itself", id)
			}
			state[id] = 1
			for _, r := range references(n) {
				visit(r)
			}
			state[id] = 2
		}
		for i := 0; i < len(resources.Content); i += 2 {
			visit(resources.Content[i].Value)
		}
	}
}

func TestLogicalIDsAreDistinctAndAlphanumeric(t *testing.T) {
	// Names of steps that are close to the template's own ids.
	g := flowtest.Chain("AFlow", "start StateMachine", "then Pipeline", "then Lambda", "then ArtifactBucket", "then V2", "then V_2", "then other.com/x.V2")
	seen := map[string]bool{}
	for i, n := range at(template(t, input(t, g)), "Resources").Content {
		if i%2 == 1 {
			continue
		}
		if seen[n.Value] || !regexp.MustCompile(`^[A-Za-z0-9]{1,255}$`).MatchString(n.Value) {
			t.Errorf("logical id %q", n.Value)
		}
		seen[n.Value] = true
	}
}

func TestNoAccountRegionOrPartition(t *testing.T) {
	text := render(t, at(template(t, scheduled(t)), "Resources"))
	text = regexp.MustCompile(`sha256:[0-9a-f]{64}`).ReplaceAllString(text, "")
	if m := regexp.MustCompile(`\b[0-9]{12}\b|arn:aws|amazonaws\.com[/.]|\b[a-z]{2}-[a-z]+-[0-9]\b`).FindString(text); m != "" {
		t.Errorf("the resources name %q", m)
	}
}

func TestImagesArePinnedByDigest(t *testing.T) {
	uris := regexp.MustCompile(`\$\{Registry\}\S+`).FindAllString(render(t, template(t, input(t, birds))), -1)
	if len(uris) != 3 {
		t.Errorf("%d images", len(uris))
	}
	for _, uri := range uris {
		if !regexp.MustCompile(`^\$\{Registry\}/birds-flow/[a-z-]+@sha256:[0-9a-f]{64}$`).MatchString(uri) {
			t.Errorf("image %q", uri)
		}
	}
}

// TestOnlyWhatTakesNoResourceHasAStar: on AWS, permissions to log and trace
// take no resource; everything else names one.
func TestOnlyWhatTakesNoResourceHasAStar(t *testing.T) {
	var walk func(n *yaml.Node)
	stars := 0
	walk = func(n *yaml.Node) {
		if r := at(n, "Resource"); n.Kind == yaml.MappingNode && r != nil && r.Value == "*" {
			stars++
			for _, a := range at(n, "Action").Content {
				if !strings.HasPrefix(a.Value, "logs:") && !strings.HasPrefix(a.Value, "xray:") {
					t.Errorf("%s on every resource", a.Value)
				}
			}
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(at(template(t, scheduled(t)), "Resources"))
	if stars != 3 {
		t.Errorf("%d statements with a star, want 3", stars)
	}
}

// TestPoliciesFitTheirLimits counts as IAM does, without white space, with ARNs
// of the longest region and names of 64 characters.
func TestPoliciesFitTheirLimits(t *testing.T) {
	resources := at(template(t, input(t, sequence(200))), "Resources")
	arn := len(`"arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:",`) + 64
	named := 0
	for i := 0; i < len(resources.Content); i += 2 {
		policy := at(resources.Content[i+1], "Properties", "PolicyDocument", "Statement")
		if !strings.HasPrefix(resources.Content[i].Value, "InvokePolicy") {
			continue
		}
		functions := len(at(policy.Content[0], "Resource").Content)
		named += functions
		if size := 200 + functions*arn; size > 6144 {
			t.Errorf("%s has about %d characters of 6144", resources.Content[i].Value, size)
		}
	}
	if named != 200 {
		t.Errorf("the policies name %d functions of 200", named)
	}
}

func TestTheDefinitionSurvivesYAML(t *testing.T) {
	in := input(t, birds)
	in.Graph.Nodes[0].Step.Position = "flows/größe # ': \".go:3"
	in = input(t, in.Graph)
	root := template(t, in)
	got := at(root, "Resources", "StateMachine", "Properties", "DefinitionString")
	if got.Value != string(in.Definition) || !json.Valid([]byte(got.Value)) {
		t.Errorf("the definition became\n%s", got.Value)
	}
	if got.Style != yaml.LiteralStyle {
		t.Error("the definition is not a readable block")
	}
}

// TestStringsStayStringsInYAML11: CloudFormation's parser reads more words as
// booleans and numbers than the encoder knows.
func TestStringsStayStringsInYAML11(t *testing.T) {
	values := []string{"yes", "Off", "y", "TRUE", "null", "~", "", "0x1F", "1_000", "1:30", "-1", ".5", "2001-01-01", "=", "<<", "1e3", ".inf"}
	in := input(t, birds)
	in.Manifest.Steps[0].Env = map[string]string{"ON": "name"}
	for i, v := range values {
		in.Manifest.Steps[0].Env[fmt.Sprintf("V%02d", i)] = v
	}
	variables := at(resource(t, template(t, in), "GetBirdsFunction"), "Properties", "Environment", "Variables")
	for i, v := range values {
		n := at(variables, fmt.Sprintf("V%02d", i))
		if n.Value != v || n.Style&yaml.DoubleQuotedStyle == 0 {
			t.Errorf("%q is written as %q in style %d", v, n.Value, n.Style)
		}
	}
	if i := slices.IndexFunc(variables.Content, func(n *yaml.Node) bool { return n.Value == "ON" }); variables.Content[i].Style&yaml.DoubleQuotedStyle == 0 {
		t.Error("the variable ON is not quoted")
	}
}

func TestSecretsAreNoPlainEnvironmentVariables(t *testing.T) {
	for _, secret := range []string{"AKIAIOSFODNN7EXAMPLE", "{{resolve:secretsmanager:birds}}", "-----BEGIN RSA PRIVATE KEY-----"} {
		for name, put := range map[string]func(*cfn.Input){
			"of all": func(in *cfn.Input) { in.Config.LambdaEnv = map[string]string{"KEY": secret} },
			"of one": func(in *cfn.Input) { in.Manifest.Steps[0].Env = map[string]string{"KEY": secret} },
		} {
			in := input(t, birds)
			put(&in)
			if _, err := cfn.Generate(in); err == nil || !strings.Contains(err.Error(), "variable KEY holds a secret") || strings.Contains(err.Error(), secret) {
				t.Errorf("%s, %s: error %v", secret, name, err)
			}
		}
	}
}

func TestEveryLogGroupHasARetention(t *testing.T) {
	resources := at(template(t, input(t, birds)), "Resources")
	groups := 0
	for _, n := range resources.Content {
		if kind := at(n, "Type"); kind != nil && kind.Value == "AWS::Logs::LogGroup" {
			groups++
			if at(n, "Properties", "RetentionInDays") == nil {
				t.Error("a log group without retention")
			}
		}
	}
	if groups != 4 {
		t.Errorf("%d log groups, want one for each function and the state machine", groups)
	}
}
