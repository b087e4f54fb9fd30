package engine

import (
	"reflect"
	"testing"

	"github.com/lokki-build/lokki/internal/chain"
	"github.com/lokki-build/lokki/lokki/lokkitest"
)

func TestPlan(t *testing.T) {
	flow, err := chain.Build(lokkitest.TableFlow())
	if err != nil {
		t.Fatal(err)
	}
	outer, inner := flow.Plan.Maps[0], flow.Plan.Maps[1]
	want := []stage{{node: 0, split: 1}, {of: outer, body: []stage{{node: 1, split: 1}, {of: inner, body: []stage{{node: 2}}}, {node: 3}}}, {node: 4}}
	if got := stagesOf(flow.Plan.Nodes); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
