package config_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

// FuzzParse: whatever a file contains, Parse returns values within the limits, or
// an error that begins with a position in the file, and the same on a second
// call.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		whole, "", "---\n---\n", "a: &a [*a]\n", "roles: &r {lambda: *r}\n", "? {a: b}\n: c\n", "\ufefftracing: false\r\n", "tracing: !!bool no\n",
		"lambda_env: {? : x}\n", "lambda_env: !!set {AA, BB}\n", "!!binary YQ==: x\n", "%YAML 1.1\n---\nprefix: x\n", "\t", "\x00", "prefix: \"\\ud800\"\n",
		strings.Repeat("[", 20_000), strings.Repeat("a: {", 500), "data_expiry: !!int \"7\"\n", "lambda_defaults: {memory: !!str 512}\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		layer, err := config.Parse("f.yml", text)
		if _, again := config.Parse("f.yml", text); !reflect.DeepEqual(err, again) {
			t.Errorf("first %v, then %v", err, again)
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yml:") {
				t.Errorf("no place: %v", err)
			}
			return
		}
		for _, s := range config.Settings(layer) {
			if s.Source != config.FromDefault && !strings.HasPrefix(s.Source, "f.yml:") {
				t.Errorf("%s is from %q", s.Key, s.Source)
			}
		}
		checkLimits(t, config.Resolve(layer))
	})
}

// FuzzParseVariables does the same for a variable's value.
func FuzzParseVariables(f *testing.F) {
	for i, value := range []string{"1", "true", `{"AA": "b"}`, "&a [*a]", "*a", "", "---\n---", "\x00", "a: b\n c"} {
		f.Add(uint(i), value)
	}
	f.Fuzz(func(t *testing.T, i uint, value string) {
		name := config.Variables()[i%uint(len(config.Variables()))]
		data, err := json.Marshal(map[string]string{name: value})
		if err != nil {
			t.Fatal(err)
		}
		layer, err := config.ParseVariables(data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), name+":") {
				t.Errorf("no name: %v", err)
			}
			return
		}
		checkLimits(t, config.Resolve(layer))
	})
}

func checkLimits(t *testing.T, c config.Config) {
	d := c.LambdaDefaults
	if d.Timeout < 1 || d.Timeout > 1800 || d.Memory < 128 || d.Memory > 10240 || d.EphemeralStorage < 512 || d.EphemeralStorage > 10240 ||
		d.Architecture != "arm64" && d.Architecture != "amd64" || d.ImageTag == "" ||
		c.DataExpiry < 1 || c.DataExpiry > 3650 || c.LogRetention < 1 || c.Prefix == "" || c.BuildDir == "" {
		t.Errorf("outside the limits: %+v", c)
	}
	for name, value := range c.LambdaEnv {
		if err := config.CheckVariable(name, value); err != nil {
			t.Error(err)
		}
	}
}
