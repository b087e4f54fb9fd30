package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/lokki-build/lokki/tools/internal/config"
)

func TestEnvironments(t *testing.T) {
	layer := func(text string) config.Layer {
		t.Helper()
		l, err := config.Parse("lokki.yml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	project := layer(`
environments:
  dev:
    region: eu-west-1
    parameters: {LogLevel: ALL, LogRetentionDays: 3, Tracing: false}
    tags: {team: birds}
  prod:
    account: "123456789012"
    region: eu-central-1
    stack: "{flow}-prod"
    role: arn:aws:iam::123456789012:role/deploy
`)
	flow := layer("environments: {dev: {account: '210987654321', parameters: {LogLevel: ERROR}}}")
	got, err := config.Environments(project, flow)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]config.Environment{
		"dev": {
			Account: "210987654321", Region: "eu-west-1",
			Parameters: map[string]string{"LogLevel": "ERROR", "LogRetentionDays": "3", "Tracing": "false"},
			Tags:       map[string]string{"team": "birds"},
		},
		"prod": {
			Account: "123456789012", Region: "eu-central-1", Stack: "{flow}-prod", Role: "arn:aws:iam::123456789012:role/deploy",
			Parameters: map[string]string{}, Tags: map[string]string{},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	data, err := config.EncodeEnvironments(got)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := config.DecodeEnvironments(data); err != nil || again["prod"].StackName("birds-flow") != "birds-flow-prod" || again["dev"].StackName("birds-flow") != "birds-flow" {
		t.Errorf("decoded %+v, %v", again, err)
	}
}

func TestEnvironmentsReportMistakes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"environments: {dev: {acount: '123456789012'}}", "lokki.yml:1:22: unknown key \"environments.dev.acount\"\nhint: did you mean \"account\"?"},
		{"environments: {dev: {account: 123456789012}}", "lokki.yml:1:31: want the 12 digits of an account, in quotes, not int 123456789012\nhint: put it in quotes"},
		{"environments: {dev: {account: '000000000000'}}", "belongs to nobody"},
		{"environments: {dev: {region: Ireland}}", `"Ireland" is not a Region`},
		{"environments: {dev: {stack: 9birds}}", `"9birds" is not the name of a stack`},
		{"environments: {Dev: {}}", `"Dev" is not the name of an environment`},
		{"environments: {dev: {parameters: {Log-Level: x}}}", `"Log-Level" is not the name of a parameter`},
		{"environments: {dev: {parameters: {LogLevel: [x]}}}", "want a string, not a list"},
		{"environments: {dev: {parameters: {Prefix: AKIAIOSFODNN7EXAMPLE}}}", "Prefix holds a secret"},
		{"environments: {dev: {tags: {cost: 1.10}}}", `put it in quotes: "1.10"`},
		{"environmets: {}", `did you mean "environments"?`},
	} {
		if _, err := config.Parse("lokki.yml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %s", c.text, err, c.want)
		}
	}
	layer, err := config.Parse("lokki.yml", []byte("environments: {dev: {}, prod: {}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := config.Environments(layer); err == nil || !strings.Contains(err.Error(), "dev and prod are the same stack\nhint: ") {
		t.Errorf("error %v", err)
	}
}
