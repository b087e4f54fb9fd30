package tests

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/rehearse"
)

// spare are the permissions that no rehearsal of small values needs: for
// multipart uploads, and for aborting one.
var spare = []string{"LambdaRole/Values without s3:AbortMultipartUpload", "LambdaRole/StoreParts"}

// TestWithoutAnyStatementTheRehearsalFails removes one statement after another
// from the template's roles, and one action after another.
func TestWithoutAnyStatementTheRehearsalFails(t *testing.T) {
	a := artifacts(t, nested(), config.Defaults(), schedule.Schedule{Rate: "1 hour", TimeZone: "UTC", Input: []byte("{}")})
	want := local(t, nested())
	o := options()
	o.Faults = rehearse.Faults{FailRate: 0.3, Seed: 3} // a second attempt checks whether the first one has stored its result
	o.Parameters = map[string]string{"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/values"}
	if r := rehearseFlow(t, a, o); r.Failed != nil || !reflect.DeepEqual(tree(t, r.Result), want) {
		t.Fatalf("with all: %s, %v", r.Result, r.Failed)
	}
	cuts := cutsOf(t, a.Template)
	if len(cuts) < 40 {
		t.Fatalf("%d statements and actions found", len(cuts))
	}
	for name, template := range cuts {
		t.Run(name, func(t *testing.T) {
			cut := a
			cut.Template = template
			r, err := rehearse.Run(t.Context(), cut, o)
			if err == nil {
				err = r.Denied
				if r.Failed == nil {
					t.Fatalf("the rehearsal succeeded without it: %s", r.Result)
				}
			}
			text := fmt.Sprint(err, r.Failed)
			if !strings.Contains(text, "is not authorized to perform: ") {
				t.Errorf("%s\nwant the action that is missing", text)
			}
		})
	}
}

// cutsOf returns the template without one statement, or without one action of a
// statement, for each in its IAM resources.
func cutsOf(t *testing.T, template []byte) map[string][]byte {
	t.Helper()
	cuts := map[string][]byte{}
	for i, s := range statements(t, parse(t, template)) {
		cut := func(name string, change func(s statement)) {
			if slices.Contains(spare, name) {
				return
			}
			doc := parse(t, template)
			change(statements(t, doc)[i])
			var err error
			if cuts[name], err = yaml.Marshal(doc); err != nil {
				t.Fatal(err)
			}
		}
		cut(s.name, func(s statement) { s.list.Content = slices.Delete(s.list.Content, s.index, s.index+1) })
		actions := member(s.list.Content[s.index], "Action")
		if actions == nil || len(actions.Content) < 2 {
			continue
		}
		for k, action := range actions.Content {
			cut(s.name+" without "+action.Value, func(s statement) {
				list := member(s.list.Content[s.index], "Action")
				list.Content = slices.Delete(list.Content, k, k+1)
			})
		}
	}
	return cuts
}

// statement is one of a policy's statements.
type statement struct {
	name  string
	list  *yaml.Node
	index int
}

func parse(t *testing.T, template []byte) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(template, &doc); err != nil {
		t.Fatal(err)
	}
	return &doc
}

// statements lists the statements of the template's IAM resources that allow
// something.
func statements(t *testing.T, doc *yaml.Node) []statement {
	t.Helper()
	var all []statement
	resources := member(doc.Content[0], "Resources")
	for i := 0; i < len(resources.Content); i += 2 {
		if strings.HasPrefix(member(resources.Content[i+1], "Type").Value, "AWS::IAM::") {
			all = collect(all, resources.Content[i].Value, resources.Content[i+1])
		}
	}
	return all
}

func collect(all []statement, name string, n *yaml.Node) []statement {
	if list := member(n, "Statement"); list != nil {
		for i, s := range list.Content {
			sid := fmt.Sprint(i)
			if id := member(s, "Sid"); id != nil {
				sid = id.Value
			}
			all = append(all, statement{name + "/" + sid, list, i})
		}
		return all
	}
	for _, inner := range n.Content {
		all = collect(all, name, inner)
	}
	return all
}

func member(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func TestAWrongReferenceFailsHere(t *testing.T) {
	whole := artifacts(t, nested(), config.Defaults())
	for name, c := range map[string]struct{ old, new, want string }{
		"resource":  {"!GetAtt StepAFunction.Arn", "!GetAtt StepFunction.Arn", "StepFunction"},
		"attribute": {"!GetAtt StepAFunction.Arn", "!GetAtt StepAFunction.Name", "StepAFunction"},
		"parameter": {"!Ref LogLevel", "!Ref LogLevels", "LogLevels"},
		"digest":    {"@sha256:", "@sha256:0", "which is not one of the flow's"},
		"state":     {`"Next": "agg-e"`, `"Next": "agg-f"`, "Step Functions would reject"},
	} {
		t.Run(name, func(t *testing.T) {
			a := whole
			a.Template = []byte(strings.Replace(string(a.Template), c.old, c.new, 1))
			if reflect.DeepEqual(a.Template, whole.Template) {
				t.Fatalf("the template has no %q:\n%s", c.old, a.Template)
			}
			r, err := rehearse.Run(t.Context(), a, options())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v, want %s", r.Failed, err, c.want)
			}
		})
	}
}

func TestParametersAreChecked(t *testing.T) {
	a := artifacts(t, nested(), config.Defaults())
	o := options()
	o.Parameters = map[string]string{"LogRetentionDays": "4", "Nothing": "x"}
	if _, err := rehearse.Run(t.Context(), a, o); err == nil || !strings.Contains(err.Error(), "LogRetentionDays") || !strings.Contains(err.Error(), "Nothing") {
		t.Errorf("got %v", err)
	}
	o.Parameters = map[string]string{"ArtifactBucketName": "given-bucket", "Prefix": "team/values"}
	if r := rehearseFlow(t, a, o); r.Failed != nil {
		t.Errorf("with a bucket and a prefix: %v", r.Failed)
	}
}
