package manifest

import (
	"strings"
	"testing"
)

const good = `{"flow": "//flows:birds", "steps": [
  {"target": "//flows:get_birds", "function": "example.com/birds.v2.GetBirds", "architecture": "arm64",
   "memory": 1024, "timeout": 60, "ephemeral_storage": 512, "env": {"KEY": "V", "LONGER": ""}},
  {"target": "//flows:flap_bird", "function": "example.com/birds.FlapBird", "architecture": "amd64"}],
  "schedules": [{"name": "daily", "rate": "1 day", "time_zone": "UTC", "input": {"count": 2}}], "alarms": true}`

func TestDecode(t *testing.T) {
	m, err := Decode([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if s := m.Steps[0]; m.Flow != "//flows:birds" || s.Memory != 1024 || s.Timeout != 60 || s.EphemeralStorage != 512 || s.Env["KEY"] != "V" {
		t.Errorf("got %+v", m)
	}
	if len(m.Schedules) != 1 || string(m.Schedules[0].Input) != `{"count": 2}` || !m.Alarms {
		t.Errorf("got %+v", m)
	}
	if s := m.Steps[1]; s.Memory != 0 || s.Timeout != 0 || s.EphemeralStorage != 0 || s.Architecture != "amd64" {
		t.Errorf("got %+v", s)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"memory"`, `"memry"`, `decoding the steps manifest: json: unknown field "memry"`},
		{`"alarms": true}`, `"alarms": true}{}`, "decoding the steps manifest: more than one JSON value"},
		{`"//flows:birds"`, `""`, "steps manifest: flow has no label"},
		{`"//flows:flap_bird"`, `""`, "steps[1]: target has no label"},
		{`1024`, `127`, "//flows:get_birds: memory 127: want 128 to 10240 MB"},
		{`1024`, `10241`, "//flows:get_birds: memory 10241: want 128 to 10240 MB"},
		{`60`, `1801`, "//flows:get_birds: timeout 1801: want 1 to 1800 seconds"},
		{`60`, `-1`, "//flows:get_birds: timeout -1: want 1 to 1800 seconds"},
		{`"alarms": true`, `"timeout": 31536001`, "//flows:birds: timeout 31536001: want 1 to 31536000 seconds, which is a year"},
		{`"alarms": true`, `"timeout": -1`, "//flows:birds: timeout -1: want 1 to 31536000 seconds, which is a year"},
		{`512`, `511`, "//flows:get_birds: ephemeral_storage 511: want 512 to 10240 MB"},
		{`"amd64"`, `"x86_64"`, `//flows:flap_bird: architecture "x86_64": want "arm64" or "amd64"`},
		{`"KEY"`, `"1K"`, `//flows:get_birds: env "1K": want a letter, then one or more letters, digits or underscores`},
		{`"example.com/birds.FlapBird"`, `"FlapBird"`, `//flows:flap_bird: function "FlapBird": want an import path and a name, as in "example.com/birds.GetBirds"`},
		{`birds.FlapBird"`, `birds.Éclair"`, `//flows:flap_bird: function: the name "Éclair" has characters other than the letters A to Z, digits and underscores`},
		{`"1 day"`, `"1 days"`, `//flows:birds: schedule "daily": rate "1 days": want a positive whole number and a unit` +
			"\nhint: rate = \"15 minutes\"; the units are minutes, hours and days, without s after 1"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if _, err := Decode([]byte(text)); err == nil || err.Error() != c.want {
			t.Errorf("%s for %s:\ngot  %v\nwant %s", c.new, c.old, err, c.want)
		}
	}
	both := strings.NewReplacer("1024", "1", "60", "1801").Replace(good)
	if _, err := Decode([]byte(both)); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v, want two problems", err)
	}
}
