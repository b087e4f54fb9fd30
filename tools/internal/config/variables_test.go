package config_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

func TestParseVariables(t *testing.T) {
	for _, c := range []struct {
		name, value string
		get         func(config.Config) any
		want        any
	}{
		{"LOKKI_BUILD_DIR", "3", func(c config.Config) any { return c.BuildDir }, "3"},
		{"LOKKI_BUILD_DIR", "", func(c config.Config) any { return c.BuildDir }, "lokki-build"},
		{"LOKKI_LAMBDA_DEFAULTS_IMAGE_TAG", "1.0", func(c config.Config) any { return c.LambdaDefaults.ImageTag }, "1.0"},
		{"LOKKI_LAMBDA_DEFAULTS_IMAGE_TAG", "true", func(c config.Config) any { return c.LambdaDefaults.ImageTag }, "true"},
		{"LOKKI_LAMBDA_DEFAULTS_MEMORY", " 1024\n", func(c config.Config) any { return c.LambdaDefaults.Memory }, 1024},
		{"LOKKI_TRACING", "false", func(c config.Config) any { return c.Tracing }, false},
		{"LOKKI_METRICS", "false", func(c config.Config) any { return c.Metrics }, false},
		{"LOKKI_LAMBDA_ENV", `{"AA":"1","BB":"b: c"}`, func(c config.Config) any { return c.LambdaEnv }, map[string]string{"AA": "1", "BB": "b: c"}},
		{"LOKKI_LAMBDA_ENV", "AA: a\nBB: \"2\"\n", func(c config.Config) any { return c.LambdaEnv }, map[string]string{"AA": "a", "BB": "2"}},
		{"LOKKI_LAMBDA_ENV", "{}", func(c config.Config) any { return c.LambdaEnv }, map[string]string{}},
	} {
		layer, err := config.ParseVariables(variables(t, c.name, c.value))
		if err != nil {
			t.Errorf("%s=%q: %v", c.name, c.value, err)
			continue
		}
		if got := c.get(config.Resolve(layer)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s=%q gives %#v, want %#v", c.name, c.value, got, c.want)
		}
	}
}

func TestParseVariablesNamesTheVariableOfAMistake(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"LOKKI_ARTIFACT_BUCKET", "s3://b", `LOKKI_ARTIFACT_BUCKET: "s3://b" is not the name of a bucket`},
		{"LOKKI_LAMBDA_DEFAULTS_TIMEOUT", "15m", `LOKKI_LAMBDA_DEFAULTS_TIMEOUT: want a whole number of seconds, not the text "15m"`},
		{"LOKKI_LAMBDA_DEFAULTS_TIMEOUT", "1801", "LOKKI_LAMBDA_DEFAULTS_TIMEOUT: 1801: want 1 to 1800 seconds"},
		{"LOKKI_LAMBDA_DEFAULTS_TIMEOUT", "~", "LOKKI_LAMBDA_DEFAULTS_TIMEOUT: want 1 to 1800 seconds, not nothing"},
		{"LOKKI_LAMBDA_DEFAULTS_TIMEOUT", "# 3", "LOKKI_LAMBDA_DEFAULTS_TIMEOUT: want 1 to 1800 seconds, not nothing"},
		{"LOKKI_LAMBDA_DEFAULTS_TIMEOUT", "[", "LOKKI_LAMBDA_DEFAULTS_TIMEOUT:1: not YAML: "},
		{"LOKKI_TRACING", "True", "LOKKI_TRACING: want true or false, not bool True"},
		{"LOKKI_LAMBDA_ENV", "LEVEL=INFO", `LOKKI_LAMBDA_ENV: want keys with values, not the text "LEVEL=INFO"`},
		{"LOKKI_LAMBDA_ENV", "AA: a\nBB: 2", "LOKKI_LAMBDA_ENV:2:5: want a string, not int 2\nhint: put it in quotes: \"2\""},
		{"LOKKI_LAMBDA_ENV", "{AWS_REGION: x}", "LOKKI_LAMBDA_ENV:1:2: variable AWS_REGION is reserved"},
		{"LOKKI_REGION", "x", "LOKKI_REGION: no field has this variable"},
	} {
		_, err := config.ParseVariables(variables(t, c.name, c.value))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%q: error %v\nwant %s", c.name, c.value, err, c.want)
		}
	}
	if _, err := config.ParseVariables([]byte(`{"LOKKI_PREFIX": 3}`)); err == nil || !strings.Contains(err.Error(), "reading the environment variables: ") {
		t.Errorf("a number: %v", err)
	}
}

func variables(t *testing.T, name, value string) []byte {
	data, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
