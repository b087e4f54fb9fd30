// Command randomflows writes the state machines and templates of random flows,
// for public validators to check:
//
//	go run ./tools/checks/randomflows -n 200 -out /tmp/flows
//	tools/checks/validate.sh /tmp/flows
//
// They are the first ones that the property tests use.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/internal/schedule"
	"github.com/lokki-build/lokki/tools/asl"
	"github.com/lokki-build/lokki/tools/cfn"
	"github.com/lokki-build/lokki/tools/internal/cli"
	"github.com/lokki-build/lokki/tools/internal/config"
	"github.com/lokki-build/lokki/tools/internal/images"
)

func main() {
	var n uint64
	var out string
	cli.Tool{
		Name: "randomflows",
		Flags: func(fs *flag.FlagSet) {
			fs.Uint64Var(&n, "n", 200, "number of flows")
			fs.StringVar(&out, "out", "", "the folder to write into; created if missing")
		},
		Needs: []string{"out"},
		Run: func(io.Writer) error {
			if err := os.MkdirAll(out, 0o755); err != nil {
				return fmt.Errorf("making the folder: %w", err)
			}
			for seed := range n {
				if err := write(filepath.Join(out, fmt.Sprintf("random-%03d", seed)), seed); err != nil {
					return fmt.Errorf("flow %d: %w", seed, err)
				}
			}
			return nil
		},
	}.Main()
}

// write writes the state machine and the template of one flow.
func write(path string, seed uint64) (err error) {
	in := cfn.Input{Graph: flowtest.Random(seed), Config: config.Defaults()}
	in.Manifest = flowtest.Manifest(in.Graph)
	in.Manifest.Alarms = seed%2 == 0
	in.Manifest.Schedules = schedules[:seed%uint64(len(schedules)+1)]
	if in.Definition, err = asl.Generate(in.Graph); err != nil {
		return err
	}
	if in.Images, err = images.New(in.Graph, in.Manifest, flowtest.Digests(in.Manifest)); err != nil {
		return err
	}
	template, err := cfn.Generate(in)
	if err != nil {
		return err
	}
	if err := cli.Write(path+".asl.json", in.Definition); err != nil {
		return err
	}
	return cli.Write(path+".template.yaml", template.YAML)
}

// schedules are the same for all flows: none, one or more of them.
var schedules = []schedule.Schedule{
	{Name: "daily", Cron: "0 6 * * ? *", TimeZone: "Europe/Berlin", Input: json.RawMessage(`{"count": 2}`), Retry: 60},
	{Name: "hourly", Rate: "1 hour", TimeZone: "UTC", Input: json.RawMessage(`{}`), Window: 15, Disabled: true},
	{Name: "once", At: "2030-01-31T06:00:00", TimeZone: "Asia/Tokyo", Input: json.RawMessage(`{"day": "<aws.scheduler.scheduled-time>"}`)},
}
