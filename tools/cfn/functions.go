package cfn

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

// function is one Lambda: a step function with its image and configuration.
type function struct {
	plan.Function
	image images.Image
	step  manifest.Step // with the defaults filled in
	env   map[string]string

	byDefault bool // the target sets no timeout
}

// newFunctions joins the inputs for each function, in flow order.
func newFunctions(in Input, p *plan.Plan) ([]function, error) {
	var all []function
	var problems []error
	for _, f := range p.Functions() {
		i := slices.IndexFunc(in.Images, func(i images.Image) bool { return i.Function == f.Symbol })
		if i < 0 {
			problems = append(problems, fmt.Errorf("%s: step %s: no image of %s", f.First.Position, f.Name, f.Symbol))
			continue
		}
		// Match has found one step for each function.
		s := in.Manifest.Steps[slices.IndexFunc(in.Manifest.Steps, func(s manifest.Step) bool { return s.Function == f.Symbol })]
		if image := in.Images[i]; image.Target != s.Target || image.Architecture != s.Architecture {
			problems = append(problems, fmt.Errorf("%s: step %s: the image is of %s (%s), the step is %s (%s)",
				f.First.Position, f.Name, image.Target, image.Architecture, s.Target, s.Architecture))
		}
		env := maps.Clone(in.Config.LambdaEnv)
		if env == nil {
			env = map[string]string{}
		}
		maps.Copy(env, s.Env)
		problems = append(problems, checkEnv(s.Target, env)...)
		d := in.Config.LambdaDefaults
		s.Memory = cmp.Or(s.Memory, d.Memory)
		byDefault := s.Timeout == 0
		timeout, problem := lambdaTimeout(p, s, d.Timeout)
		problems, s.Timeout = append(problems, problem), timeout
		s.EphemeralStorage = cmp.Or(s.EphemeralStorage, d.EphemeralStorage)
		all = append(all, function{Function: f, image: in.Images[i], step: s, byDefault: byDefault, env: env})
	}
	return all, errors.Join(problems...)
}

// maxEnv is how many bytes, names and values, lokki's own variables leave at
// least of a Lambda's environment.
const maxEnv = awslimits.EnvironmentBytes - len("LOKKI_ARTIFACT_BUCKET") - 63 - len("LOKKI_PREFIX") - 200 - len("LOKKI_STACK") - 128 - len("LOKKI_METRICS") - len("false")

func checkEnv(target string, env map[string]string) []error {
	var problems []error
	size := 0
	for _, name := range slices.Sorted(maps.Keys(env)) {
		size += len(name) + len(env[name])
		if err := config.CheckVariable(name, env[name]); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", target, err))
		}
	}
	if size > maxEnv {
		problems = append(problems, fmt.Errorf("%s: the environment has %d bytes; lokki's own variables leave %d of the 4096 that Lambda allows\n"+
			"hint: put large values into a file or a parameter store", target, size, maxEnv))
	}
	return problems
}

func (f function) id() string         { return f.ID + "Function" }
func (f function) logGroupID() string { return f.ID + "LogGroup" }

// logGroup is created here and not by Lambda, so that it has a retention and is
// deleted with the stack. Its name begins with the stack's, so the role needs
// one pattern for all groups and no permission to create any.
func (f function) logGroup() *yaml.Node {
	return object(
		"Type", "AWS::Logs::LogGroup",
		"DeletionPolicy", "Delete",
		"UpdateReplacePolicy", "Delete",
		"Properties", object(
			"LogGroupName", sub("/aws/lambda/${AWS::StackName}/"+f.Name),
			"RetentionInDays", ref(paramRetention),
			"KmsKeyId", ifKey(ref(paramKey))),
	)
}

// resource is the Lambda. CloudFormation chooses its name, which begins with the
// stack's and the logical id and has the 64 characters that Lambda allows: two
// stacks in one account don't collide, and a change that replaces it works.
func (f function) resource(flow string) *yaml.Node {
	architecture := "arm64"
	if f.step.Architecture == "amd64" {
		architecture = "x86_64"
	}
	variables := object(
		"LOKKI_ARTIFACT_BUCKET", bucketName(),
		"LOKKI_PREFIX", ref(paramPrefix),
		"LOKKI_STACK", ref("AWS::StackName"),
		"LOKKI_METRICS", ref(paramMetrics))
	for _, name := range slices.Sorted(maps.Keys(f.env)) {
		add(variables, name, f.env[name])
	}
	return object(
		"Type", "AWS::Lambda::Function",
		"Properties", object(
			"Description", describe(flow, f),
			"PackageType", "Image",
			"Code", object("ImageUri", f.imageURI()),
			"Architectures", list(architecture),
			"Role", fnIf(createLambdaRole, getAtt("LambdaRole", "Arn"), ref(paramLambdaRole)),
			"MemorySize", f.step.Memory,
			"Timeout", f.step.Timeout,
			"EphemeralStorage", object("Size", f.step.EphemeralStorage),
			"Environment", object("Variables", variables),
			"KmsKeyArn", ifKey(ref(paramKey)),
			"LoggingConfig", object("LogFormat", "JSON", "LogGroup", ref(f.logGroupID())),
			"TracingConfig", object("Mode", fnIf(traced, "Active", "PassThrough")),
			"Tags", tags(flow, f.Name)),
	)
}

// imageURI pins the image by digest: Lambda resolves a tag once, at deployment,
// and a changed image under the same tag would not be deployed.
func (f function) imageURI() *yaml.Node {
	return subWith("${Registry}/"+f.image.Repository+"@"+f.image.Digest, "Registry",
		fnIf(ownRegistry, sub("${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}"), ref(paramECR)))
}

// describe keeps within the 256 characters of a description.
func describe(flow string, f function) string {
	d := fmt.Sprintf("%s: step %s, %s", flow, f.Name, f.step.Target)
	if r := []rune(d); len(r) > 256 {
		return string(r[:255]) + "…"
	}
	return d
}

// tags say which flow and step a resource belongs to, for bills and searches.
func tags(flow, step string) *yaml.Node {
	n := list(object("Key", "lokki:flow", "Value", flow))
	if step != "" {
		n.Content = append(n.Content, object("Key", "lokki:step", "Value", step))
	}
	return n
}
