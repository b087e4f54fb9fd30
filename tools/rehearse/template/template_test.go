package template_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

func mustResolve(t *testing.T, source string, parameters map[string]string) *template.Stack {
	t.Helper()
	read, err := template.Read("template.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	stack, err := read.Resolve(environment, parameters)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

const oneBucket = "Resources: {Bucket: {Type: AWS::S3::Bucket}}\n"

func TestLimits(t *testing.T) {
	resources := func(n int) string {
		var b strings.Builder
		b.WriteString("Resources:\n")
		for i := range n {
			fmt.Fprintf(&b, "  Queue%d: {Type: AWS::SQS::Queue}\n", i)
		}
		return b.String()
	}
	padded := func(size int) string { return oneBucket + "#" + strings.Repeat("x", size-len(oneBucket)-1) }
	for name, c := range map[string]struct{ source, want string }{
		"500 resources": {resources(500), ""},
		"501 resources": {resources(501), "template.yaml:2:3: the template has 501 resources; CloudFormation allows 500"},
		"1 MiB":         {padded(1 << 20), ""},
		"over 1 MiB":    {padded(1<<20 + 1), "template.yaml: the template has 1048577 bytes; CloudFormation allows 1048576"},
		"nothing":       {"", "template.yaml: the template is empty"},
		"no resources":  {"Description: nothing\n", "template.yaml:1:1: the template has no Resources"},
		"two documents": {oneBucket + "---\n" + oneBucket, "template.yaml: there is more than one document"},
		"a list":        {"- a\n", "template.yaml:1:1: the template must be an object"},
		"not YAML":      {"Resources: [\n", "template.yaml: not YAML: line 1"},
		"transform":     {oneBucket + "Transform: AWS::Serverless-2016-10-31\n", "template.yaml:2:1: the section Transform is not supported here"},
	} {
		_, err := template.Read("template.yaml", []byte(c.source))
		if got := fmt.Sprint(err); c.want == "" && err != nil || c.want != "" && !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for size, want := range map[int]bool{awslimits.InlineTemplateBytes: true, awslimits.InlineTemplateBytes + 1: false} {
		read, err := template.Read("template.yaml", []byte(padded(size)))
		if err != nil || read.Inline() != want {
			t.Errorf("%d bytes: %v, inline %v", size, err, read.Inline())
		}
	}
}

func TestJSON(t *testing.T) {
	stack := mustResolve(t, "{\n\t\"Resources\": {\n\t\t\"Bucket\": {\"Type\": \"AWS::S3::Bucket\", "+
		"\"Properties\": {\"BucketName\": {\"Fn::Join\": [\"-\", [{\"Ref\": \"AWS::StackName\"}, 1]]}}}\n\t}\n}\n", nil)
	if r, ok := stack.Resource("Bucket"); !ok || r.Ref != "birds-1" {
		t.Errorf("the bucket is %q", r.Ref)
	}
}

func TestEnvironments(t *testing.T) {
	for name, c := range map[string]struct {
		region, partition, url string
	}{
		"commercial": {"eu-west-1", "aws", "https://sqs.eu-west-1.amazonaws.com/123456789012/q"},
		"China":      {"cn-northwest-1", "aws-cn", "https://sqs.cn-northwest-1.amazonaws.com.cn/123456789012/q"},
		"GovCloud":   {"us-gov-west-1", "aws-us-gov", "https://sqs.us-gov-west-1.amazonaws.com/123456789012/q"},
		"isolated":   {"us-isob-east-1", "aws-iso-b", "https://sqs.us-isob-east-1.sc2s.sgov.gov/123456789012/q"},
		"sovereign":  {"eusc-de-east-1", "aws-eusc", "https://sqs.eusc-de-east-1.amazonaws.eu/123456789012/q"},
	} {
		read, err := template.Read("t.yaml", []byte("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		stack, err := read.Resolve(template.Environment{Account: "123456789012", Region: c.region, Stack: "s"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if stack.Partition != c.partition || stack.Resources[0].Ref != c.url {
			t.Errorf("%s: partition %s, queue %s", name, stack.Partition, stack.Resources[0].Ref)
		}
	}
	read, err := template.Read("t.yaml", []byte(oneBucket))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []template.Environment{
		{Account: "1234", Region: "eu-west-1", Stack: "s"},
		{Account: "123456789012", Region: "Ireland", Stack: "s"},
		{Account: "123456789012", Region: "eu-west-1", Stack: "my_stack"},
		{Account: "123456789012", Region: "eu-west-1", Stack: strings.Repeat("s", 129)},
	} {
		if _, err := read.Resolve(e, nil); err == nil || !strings.HasPrefix(err.Error(), "resolving t.yaml: the ") {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestNamesAreOfOneStack(t *testing.T) {
	read, err := template.Read("t.yaml", []byte(oneBucket))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range []template.Environment{
		environment,
		{Account: "210987654321", Region: environment.Region, Stack: environment.Stack},
		{Account: environment.Account, Region: "eu-west-2", Stack: environment.Stack},
	} {
		var names []string
		for range 2 {
			stack, err := read.Resolve(e, nil)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, stack.Resources[0].Ref)
		}
		if names[0] != names[1] || seen[names[0]] {
			t.Errorf("%+v: names %q, the others %v", e, names, seen)
		}
		seen[names[0]] = true
	}
}

func TestDecodeTakesNumbersForTextsAndTextsForNumbers(t *testing.T) {
	stack := mustResolve(t, `
Parameters: {Memory: {Type: Number, Default: 512}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      MemorySize: !Ref Memory
      Timeout: 30
      Publish: "true"
      Rate: "1.50"
      Environment: {Variables: {PORT: 8080, FLAG: true, NONE: "null", EMPTY: "", TILDE: "~", HEX: "0x10"}}
      Architectures: [arm64]
`, nil)
	type settings struct {
		MemorySize    int      `yaml:"MemorySize"`
		Timeout       int      `yaml:"Timeout"`
		Publish       bool     `yaml:"Publish"`
		Rate          float64  `yaml:"Rate"`
		Architectures []string `yaml:"Architectures"`
		Environment   struct {
			Variables map[string]string `yaml:"Variables"`
		} `yaml:"Environment"`
	}
	var got settings
	if err := stack.Resources[0].Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := settings{MemorySize: 512, Timeout: 30, Publish: true, Rate: 1.5, Architectures: []string{"arm64"}}
	want.Environment.Variables = map[string]string{
		"PORT": "8080", "FLAG": "true", "NONE": "null", "EMPTY": "", "TILDE": "~", "HEX": "0x10"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	var wrong struct {
		Environment int `yaml:"Environment"`
	}
	if err := stack.Resources[0].Decode(&wrong); err == nil || !strings.HasPrefix(err.Error(), "template.yaml:4:3: reading the properties of F: ") {
		t.Errorf("a number from a mapping: %v", err)
	}
}

func TestSelections(t *testing.T) {
	stack := mustResolve(t, `
Resources:
  A: {Type: AWS::SQS::Queue}
  B: {Type: AWS::SNS::Topic}
  C: {Type: AWS::SQS::Queue}
Outputs: {Name: {Value: !GetAtt A.QueueName}}
`, nil)
	var ids []string
	for _, r := range stack.OfType("AWS::SQS::Queue") {
		ids = append(ids, r.LogicalID)
	}
	if fmt.Sprint(ids) != "[A C]" {
		t.Errorf("queues %v", ids)
	}
	if v, ok := stack.Output("Name"); !ok || !strings.HasPrefix(v, "birds-A-") {
		t.Errorf("the output is %q", v)
	}
	_, isOutput := stack.Output("Other")
	_, isResource := stack.Resource("Other")
	if isOutput || isResource {
		t.Error("found what isn't there")
	}
}

func FuzzRead(f *testing.F) {
	f.Add("Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'a${AWS::Region}'}}}")
	f.Add("Conditions: {A: !And [!Equals [1, 2], {Condition: A}]}\nResources: {A: {Type: AWS::S3::Bucket, Condition: A, DependsOn: [A]}}")
	f.Add("Parameters: {P: {Type: Number, Default: 1}}\nResources: {A: {Type: AWS::SNS::Topic, Properties: {X: !If [A, !Ref P, !GetAtt A.TopicName]}}}")
	f.Fuzz(func(t *testing.T, source string) {
		read, err := template.Read("t", []byte(source))
		if err != nil {
			return
		}
		read.Resolve(environment, nil) // no panic
	})
}
