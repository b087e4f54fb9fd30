package environment

import (
	"maps"
	"slices"
	"testing"
)

func TestJoin(t *testing.T) {
	type env = map[string]string
	for name, c := range map[string]struct {
		lambda env
		steps  []Step
		want   env
		notes  []string
	}{
		"nothing":          {nil, []Step{{"//a:b", nil}}, env{}, nil},
		"lambda_env":       {env{"A": "1"}, []Step{{"//a:b", nil}}, env{"A": "1"}, nil},
		"a step's":         {env{"A": "1"}, []Step{{"//a:b", env{"B": "2"}}, {"//a:c", nil}}, env{"A": "1", "B": "2"}, nil},
		"the same":         {nil, []Step{{"//a:b", env{"B": "2"}}, {"//a:c", env{"B": "2"}}}, env{"B": "2"}, nil},
		"over lambda_env":  {env{"A": "1"}, []Step{{"//a:b", env{"A": "2"}}}, env{"A": "2"}, nil},
		"different values": {nil, []Step{{"//a:b", env{"B": "2"}}, {"//a:c", env{"B": ""}}}, env{"B": "2"}, []string{`B is "2" in //a:b, "" in //a:c; in one process it is "2" for all steps`}},
		"one has it otherwise": {env{"A": "1"}, []Step{{"//a:b", nil}, {"//a:c", env{"A": "2"}}, {"//a:d", env{"A": "3"}}}, env{"A": "2"},
			[]string{`A is "1" in //a:b, "2" in //a:c, "3" in //a:d; in one process it is "2" for all steps`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Join(c.lambda, c.steps)
			if !maps.Equal(got.Env, c.want) || !slices.Equal(got.Notes, c.notes) {
				t.Errorf("got %v, want %v, %v", got, c.want, c.notes)
			}
		})
	}
}
