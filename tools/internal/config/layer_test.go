package config_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

// said has four values of each field, one for each source, in YAML.
var said = map[string][4]string{
	"artifact_bucket":                   {"bucket-1", "bucket-2", "bucket-3", "bucket-4"},
	"prefix":                            {"p1", "p2", "p3/a", "p4"},
	"data_expiry":                       {"11", "12", "13", "14"},
	"roles.pipeline":                    {"arn:aws:iam::111111111111:role/p", "arn:aws:iam::222222222222:role/p", "arn:aws:iam::333333333333:role/p", "arn:aws:iam::444444444444:role/p"},
	"roles.lambda":                      {"arn:aws:iam::111111111111:role/l", "arn:aws:iam::222222222222:role/l", "arn:aws:iam::333333333333:role/l", "arn:aws:iam::444444444444:role/l"},
	"lambda_env":                        {`{"AA": "1"}`, `{"BB": "2"}`, `{"CC": "3"}`, `{"DD": "4"}`},
	"lambda_defaults.timeout":           {"21", "22", "23", "24"},
	"lambda_defaults.memory":            {"1001", "1002", "1003", "1004"},
	"lambda_defaults.ephemeral_storage": {"1011", "1012", "1013", "1014"},
	"lambda_defaults.architecture":      {"amd64", "arm64", "amd64", "arm64"},
	"lambda_defaults.image_tag":         {"t1", "t2", "t3", "t4"},
	"ecr_repo_prefix":                   {"1.dkr.ecr.eu-west-1.amazonaws.com", "2.dkr.ecr.eu-west-1.amazonaws.com", "3.dkr.ecr.eu-west-1.amazonaws.com/t", "4.dkr.ecr.eu-west-1.amazonaws.com"},
	"log_retention":                     {"1", "3", "5", "7"},
	"tracing":                           {"false", "true", "false", "true"},
	"metrics":                           {"true", "false", "true", "false"},
	"build_dir":                         {"d1", "d2", "d3", "d4"},
}

// write makes the sources' files. says[i] has the keys that source i sets.
func write(t *testing.T, says [4][]string) config.Sources {
	dir := t.TempDir()
	paths := []string{filepath.Join(dir, "global.yml"), filepath.Join(dir, "project.yml"), filepath.Join(dir, "flow.yml"), filepath.Join(dir, "variables.json")}
	for i, path := range paths[:3] {
		text, sections := "", map[string]string{}
		for _, key := range says[i] {
			if section, name, ok := strings.Cut(key, "."); ok {
				sections[section] += fmt.Sprintf("  %s: %s\n", name, said[key][i])
			} else {
				text += fmt.Sprintf("%s: %s\n", key, said[key][i])
			}
		}
		for name, lines := range sections {
			text += name + ":\n" + lines
		}
		writeFile(t, path, text)
	}
	variables := map[string]string{}
	for _, key := range says[3] {
		variables["LOKKI_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = said[key][3]
	}
	data, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, paths[3], string(data))
	return config.Sources{Global: paths[0], Project: paths[1], Flow: paths[2], Variables: paths[3]}
}

func writeFile(t *testing.T, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestStrongerSourcesWinFieldByField tries each field with each set of sources
// that set it.
func TestStrongerSourcesWinFieldByField(t *testing.T) {
	for sources := range 1 << 4 {
		var says [4][]string
		want := -1
		for i := range says {
			if sources&(1<<i) != 0 {
				says[i], want = allKeys(), i
			}
		}
		from := write(t, says)
		layers, err := from.Layers()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range config.Settings(layers...) {
			checkSetting(t, s, want, from.Flow)
		}
	}
}

// TestEachFieldHasItsOwnSource gives each field a random source.
func TestEachFieldHasItsOwnSource(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 0))
		var says [4][]string
		want := map[string]int{}
		for _, key := range allKeys() {
			want[key] = random.IntN(5) - 1
			for i := 0; i <= want[key]; i++ {
				if i == want[key] || random.IntN(2) == 0 {
					says[i] = append(says[i], key)
				}
			}
		}
		from := write(t, says)
		layers, err := from.Layers()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range config.Settings(layers...) {
			checkSetting(t, s, want[s.Key], from.Flow)
		}
	}
}

// checkSetting compares a setting with the value of source number want, or with
// the default for -1.
func checkSetting(t *testing.T, s config.Setting, want int, flow string) {
	t.Helper()
	value, source := value(t, config.Settings(), s.Key), config.FromDefault
	if want >= 0 {
		layer, err := config.Parse("x", []byte(strings.Replace(s.Key, ".", ": {", 1)+": "+said[s.Key][want]+strings.Repeat("}", strings.Count(s.Key, "."))))
		if err != nil {
			t.Fatal(err)
		}
		value = valueOf(t, layer, s.Key)
		source = []string{"~/.lokki/lokki.yml:", "lokki.yml:", flow + ":", s.Variable}[want]
	}
	if !reflect.DeepEqual(s.Value, value) || !strings.HasPrefix(s.Source, source) {
		t.Errorf("%s is %v from %s, want %v from %s", s.Key, s.Value, s.Source, value, source)
	}
}

func valueOf(t *testing.T, layer config.Layer, key string) any {
	return value(t, config.Settings(layer), key)
}

func value(t *testing.T, all []config.Setting, key string) any {
	i := slices.IndexFunc(all, func(s config.Setting) bool { return s.Key == key })
	if i < 0 {
		t.Fatalf("no field %s", key)
	}
	return all[i].Value
}

func allKeys() []string {
	var keys []string
	for _, s := range config.Settings() {
		keys = append(keys, s.Key)
	}
	return keys
}

// TestNothingIsAskedOfASource: an empty string for an optional value clears what
// a weaker source sets; a key without a value sets nothing.
func TestNothingIsAskedOfASource(t *testing.T) {
	weak := parse(t, "artifact_bucket: a-bucket\nroles: {lambda: 'arn:aws:iam::1:role/r'}\nlambda_env: {AA: a}")
	for text, want := range map[string]config.Config{
		"artifact_bucket: \"\"\nroles: {lambda: ''}\nlambda_env: {}": {LambdaEnv: map[string]string{}},
		"artifact_bucket:\nroles:\nlambda_env: ~": {
			ArtifactBucket: "a-bucket", Roles: config.Roles{Lambda: "arn:aws:iam::1:role/r"}, LambdaEnv: map[string]string{"AA": "a"}},
	} {
		got := config.Resolve(weak, parse(t, text))
		if got.ArtifactBucket != want.ArtifactBucket || got.Roles != want.Roles || !reflect.DeepEqual(got.LambdaEnv, want.LambdaEnv) {
			t.Errorf("%q gives %+v", text, got)
		}
	}
}

func parse(t *testing.T, text string) config.Layer {
	layer, err := config.Parse("lokki.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

func TestWithoutSourcesAllIsDefault(t *testing.T) {
	layers, err := config.Sources{}.Layers()
	if got := config.Resolve(layers...); err != nil || !reflect.DeepEqual(got, config.Defaults()) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestDefaultsAreValid: each default is valid in a lokki.yml.
func TestDefaultsAreValid(t *testing.T) {
	variables := map[string]string{}
	for _, s := range config.Settings() {
		data, err := json.Marshal(s.Value)
		if err != nil {
			t.Fatal(err)
		}
		variables[s.Variable] = string(data)
		if text, ok := s.Value.(string); ok {
			variables[s.Variable] = text
		}
	}
	data, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := config.ParseVariables(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := config.Resolve(layer); !reflect.DeepEqual(got, config.Defaults()) {
		t.Errorf("%+v", got)
	}
}

func TestProblemsOfAllSourcesAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := config.Sources{Global: filepath.Join(dir, "g"), Project: filepath.Join(dir, "p"), Flow: filepath.Join(dir, "absent"), Variables: filepath.Join(dir, "v")}
	writeFile(t, s.Global, "data_expiry: 0")
	writeFile(t, s.Project, "\nprefixes: x")
	writeFile(t, s.Variables, `{"LOKKI_TRACING": "on", "LOKKI_PREFX": "x"}`)
	_, err := s.Layers()
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"~/.lokki/lokki.yml:1:14: 0: want 1 to 3650 days",
		"lokki.yml:2:1: unknown key \"prefixes\"\nhint: did you mean \"prefix\"?",
		"reading the configuration: open " + s.Flow,
		`LOKKI_TRACING: want true or false, not the text "on"`,
		"LOKKI_PREFX: no field has this variable\nhint: did you mean LOKKI_PREFIX?",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}
