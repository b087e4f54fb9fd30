package config_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

func TestPrintSettings(t *testing.T) {
	settings := config.Settings(parse(t, "lambda_defaults: {image_tag: v1}\nlambda_env: {BB: \"1 < 2\", AA: ö}\nbuild_dir: my dir\ntracing: false"))
	var direct, decoded bytes.Buffer
	if err := config.PrintSettings(&direct, settings); err != nil {
		t.Fatal(err)
	}
	data, err := config.EncodeSettings(settings)
	if err != nil {
		t.Fatal(err)
	}
	again, err := config.DecodeSettings(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.PrintSettings(&decoded, again); err != nil {
		t.Fatal(err)
	}
	want := `artifact_bucket                    ""                       default
prefix                             lokki                    default
data_expiry                        30                       default
roles.pipeline                     ""                       default
roles.lambda                       ""                       default
lambda_env                         {"AA":"ö","BB":"1 < 2"}  lokki.yml:2:13
lambda_defaults.timeout            900                      default
lambda_defaults.memory             512                      default
lambda_defaults.ephemeral_storage  512                      default
lambda_defaults.architecture       arm64                    default
lambda_defaults.image_tag          v1                       lokki.yml:1:30
ecr_repo_prefix                    ""                       default
log_retention                      30                       default
tracing                            false                    lokki.yml:4:10
metrics                            true                     default
build_dir                          "my dir"                 lokki.yml:3:12
`
	if direct.String() != want {
		t.Errorf("got\n%s\nwant\n%s", direct.String(), want)
	}
	if decoded.String() != want {
		t.Errorf("by way of JSON it is\n%s", decoded.String())
	}
}

func TestEncodeSettings(t *testing.T) {
	settings := config.Settings(parse(t, "lambda_env: {CC: c, AA: a, BB: b}\nlog_retention: 7"))
	first, err := config.EncodeSettings(settings)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, err := config.EncodeSettings(settings); err != nil || !bytes.Equal(first, again) {
			t.Fatal("other bytes for the same settings: ", err)
		}
	}
	for _, want := range []string{
		"{\n  \"artifact_bucket\": {\n    \"value\": \"\",\n    \"source\": \"default\",\n    \"variable\": \"LOKKI_ARTIFACT_BUCKET\"\n  },\n  \"prefix\"",
		"\"lambda_env\": {\n    \"value\": {\n      \"AA\": \"a\",\n      \"BB\": \"b\",\n      \"CC\": \"c\"\n    },\n    \"source\": \"lokki.yml:1:13\"",
		"\"log_retention\": {\n    \"value\": 7,",
	} {
		if !strings.Contains(string(first), want) {
			t.Errorf("no\n%s\nin\n%s", want, first)
		}
	}
}

// TestTheArchitectureIsTheOneThatWasBuilt: steps are built before the whole of
// lokki.yml is read, and a template must not claim an architecture that their
// images don't have.
func TestTheArchitectureIsTheOneThatWasBuilt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lokki.yml")
	for _, c := range []struct{ text, built, want string }{
		{"", "arm64", ""},
		{"lambda_defaults: {architecture: amd64}", "amd64", ""},
		{"lambda_defaults: {architecture: amd64}", "", ""},
		{"lambda_defaults: {architecture: amd64}", "arm64", "lokki.yml:1:33: lambda_defaults.architecture is amd64, but steps that don't say theirs were built for arm64\nhint: "},
		{"", "amd64", "default: lambda_defaults.architecture is arm64, but steps that don't say theirs were built for amd64"},
		{"lambda_defaults: {architecture: sparc}", "arm64", `lokki.yml:1:33: "sparc" is not an architecture`},
	} {
		writeFile(t, path, c.text)
		_, err := config.Sources{Project: path, Architecture: c.built}.Layers()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%q, built for %q: error %v\nwant %s", c.text, c.built, err, c.want)
		}
	}
}
