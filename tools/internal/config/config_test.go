package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

const whole = `# every field
artifact_bucket: my-lokki-artifacts
prefix: team/lokki
data_expiry: 7
roles:
  pipeline: arn:aws:iam::123456789012:role/lokki-stepfunctions-role
  lambda: arn:aws-cn:iam::123456789012:role/team/lokki-lambda
lambda_env: &env
  LOG_LEVEL: INFO
  RETRIES: "3"
ecr_repo_prefix: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/myproject
build_dir: out
lambda_defaults:
  timeout: 60
  memory: 1024
  ephemeral_storage: 2048
  architecture: amd64
  image_tag: v1.2
log_retention: 90
tracing: false
metrics: false
`

func TestParse(t *testing.T) {
	layer, err := config.Parse("lokki.yml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		ArtifactBucket: "my-lokki-artifacts",
		Prefix:         "team/lokki",
		DataExpiry:     7,
		Roles: config.Roles{
			Pipeline: "arn:aws:iam::123456789012:role/lokki-stepfunctions-role",
			Lambda:   "arn:aws-cn:iam::123456789012:role/team/lokki-lambda",
		},
		LambdaEnv: map[string]string{"LOG_LEVEL": "INFO", "RETRIES": "3"},
		LambdaDefaults: config.LambdaDefaults{
			Timeout: 60, Memory: 1024, EphemeralStorage: 2048, Architecture: "amd64", ImageTag: "v1.2"},
		ECRRepoPrefix: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/myproject",
		LogRetention:  90,
		Tracing:       false,
		Metrics:       false,
		BuildDir:      "out",
	}
	if got := config.Resolve(layer); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestNothingSaidMeansDefaults(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "comment": "# nothing\n", "null": "roles:\nlambda_env:\nlambda_defaults: {}\nartifact_bucket: \"\"\n",
	} {
		layer, err := config.Parse("lokki.yml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := config.Resolve(layer); !reflect.DeepEqual(got, config.Defaults()) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestParseReportsEachMistakeWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"misspelt", "artefact_bucket: a-bucket", `lokki.yml:1:1: unknown key "artefact_bucket"` + "\nhint: did you mean \"artifact_bucket\"?"},
		{"misspelt inside", "roles:\n  pipelines: x", `lokki.yml:2:3: unknown key "roles.pipelines"` + "\nhint: did you mean \"pipeline\"?"},
		{"unlike any", "roles:\n  zzz: x", "hint: the keys here are pipeline, lambda"},
		{"twice", "build_dir: a\nbuild_dir: b", `lokki.yml:2:1: the key "build_dir" is given twice, first at lokki.yml:1:1`},
		{"a list", "- a", "lokki.yml:1:1: want keys with values, not a list"},
		{"a list inside", "roles: [a]", "lokki.yml:1:8: want keys with values, not a list"},
		{"number for text", "build_dir: 3", "lokki.yml:1:12: want a folder, not int 3\nhint: put it in quotes: \"3\""},
		{"version for text", "lambda_defaults:\n  image_tag: 1.0", "lokki.yml:2:14: want a tag of an image, as in latest, not float 1.0"},
		{"text for number", "lambda_defaults:\n  timeout: 15m", `lokki.yml:2:12: want a whole number of seconds, not the text "15m"`},
		{"too much", "lambda_defaults: {timeout: 1801}", "lokki.yml:1:28: 1801: want 1 to 1800 seconds"},
		{"too little", "lambda_defaults: {memory: 64}", "lokki.yml:1:27: 64: want 128 to 10240 MB"},
		{"no days of CloudWatch's", "log_retention: 20", "lokki.yml:1:16: 20: want one of 1, 3, 5, 7, 14, 30, 60,"},
		{"the days after them", "log_retention: 20", "\nhint: the next is 30"},
		{"more than all days", "log_retention: 9999", "\nhint: the maximum is 3653"},
		{"not for ever", "data_expiry: 0", "lokki.yml:1:14: 0: want 1 to 3650 days"},
		{"octal for some", "data_expiry: 010", "want a whole number of days, not int 010"},
		{"hexadecimal", "data_expiry: 0x1e", "want a whole number of days, not int 0x1e"},
		{"more than fits", "data_expiry: 99999999999999999999", "lokki.yml:1:14: want a whole number of days, not"},
		{"yes", "tracing: yes", `lokki.yml:1:10: want true or false, not the text "yes"`},
		{"number for boolean", "tracing: 1", "lokki.yml:1:10: want true or false, not int 1"},
		{"Lambda's word", "lambda_defaults: {architecture: x86_64}", `lokki.yml:1:33: "x86_64" is not an architecture: want arm64 or amd64`},
		{"nearly", "lambda_defaults: {architecture: arm46}", `hint: did you mean "arm64"?`},
		{"slash in front", "prefix: /lokki", `lokki.yml:1:9: "/lokki" is not the first part of keys`},
		{"leading dot", "prefix: .incomplete", `lokki.yml:1:9: ".incomplete" is not the first part of keys`},
		{"dots", "prefix: team/../lokki", `lokki.yml:1:9: "team/../lokki" is not the first part of keys`},
		{"long", "prefix: " + strings.Repeat("x", 201), "lokki.yml:1:9: 201 characters: want at most 200"},
		{"can't be empty", "prefix: ''", `lokki.yml:1:9: "" is not the first part of keys`},
		{"/tmp", "lambda_defaults: {ephemeral_storage: 511}", "511: want 512 to 10240 MB"},
		{"section as a value", "roles: x", `want keys with values, not the text "x"`},
		{"value as a section", "build_dir: {a: b}", "want a folder, not keys with values"},
		{"dotted", "roles.lambda: x", `unknown key "roles.lambda"`},
		{"fraction", "lambda_defaults: {memory: 512.5}", "want a whole number of MB, not float 512.5"},
		{"bucket", "artifact_bucket: s3://my-bucket", "lokki.yml:1:18: \"s3://my-bucket\" is not the name of a bucket"},
		{"role", "roles: {lambda: my-role}", "lokki.yml:1:17: \"my-role\" is not the ARN of a role"},
		{"nobody's account", "roles: {lambda: 'arn:aws:iam::000000000000:role/r'}", "the account 000000000000, which belongs to nobody"},
		{"registry", "ecr_repo_prefix: docker.io/me", "is not a registry"},
		{"boolean in env", "lambda_env:\n  DEBUG: true", "lokki.yml:2:10: want a string, not bool true\nhint: put it in quotes: \"true\""},
		{"reserved", "lambda_env:\n  AWS_REGION: eu-west-1", "lokki.yml:2:3: variable AWS_REGION is reserved"},
		{"lokki's own", "lambda_env:\n  LOKKI_PREFIX: x", "lokki.yml:2:3: variable LOKKI_PREFIX is set by the template"},
		{"no name", "lambda_env:\n  a-b: x", `variable "a-b": want a letter`},
		{"documents", "build_dir: a\n---\nbuild_dir: b", "a second document"},
		{"syntax of a second document", "build_dir: a\n---\nb: [", "lokki.yml:3: not YAML: "},
		{"no such alias", "build_dir: *a", "lokki.yml: not YAML: unknown anchor 'a' referenced"},
		{"a key that is a list", "? [a]\n: b", `lokki.yml:1:3: unknown key ""`},
		{"merged keys", "roles: &r {}\nlambda_defaults:\n  <<: *r", `lokki.yml:3:3: unknown key "lambda_defaults.<<"`},
		{"syntax", "build_dir: a\n b: [", "lokki.yml:2: not YAML: "},
		{"alias", "roles: &r\n  lambda: x\nlambda_env: *r\n", "lokki.yml:2:11: \"x\" is not the ARN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.Parse("lokki.yml", []byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestParseReportsAllMistakesAtOnce(t *testing.T) {
	_, err := config.Parse("lokki.yml", []byte("a: 1\nb: 2\nlambda_defaults: {memory: 1, timeout: 0}\n"))
	if n := strings.Count(err.Error(), "lokki.yml:"); n != 4 {
		t.Errorf("%d mistakes, want 4:\n%v", n, err)
	}
}

// TestSecretsAreNotPlainEnvironmentVariables: everyone who may read a Lambda's
// configuration sees its variables.
func TestSecretsAreNotPlainEnvironmentVariables(t *testing.T) {
	for name, value := range map[string]string{
		"AWS key":     "AKIAIOSFODNN7EXAMPLE",
		"private key": "-----BEGIN RSA " + "PRIVATE KEY-----\nMII",
		"GitHub":      "ghp_" + strings.Repeat("a", 36),
		"reference":   "{{resolve:secretsmanager:db:SecretString:password}}",
	} {
		err := config.CheckVariable("VALUE", value)
		if err == nil || !strings.Contains(err.Error(), "Secrets Manager") || strings.Contains(err.Error(), value) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, value := range []string{"", "INFO", "https://api.example.com", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db", "{{resolve:ssm:/db/host}}"} {
		if err := config.CheckVariable("VALUE", value); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
}
