package rehearse

import (
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/tools/rehearse/bucket"
	"github.com/lokki-build/lokki/tools/rehearse/lambda"
)

func TestWriteReport(t *testing.T) {
	r := Report{
		Notes: []string{"a condition was not checked"},
		Functions: []lambda.Stats{
			{Function: "fly", Size: 512, Invocations: 3, Failures: 1, Cold: 2, Init: 10 * time.Millisecond, Duration: 9 * time.Millisecond, Memory: 11 << 20},
			{Function: "land", Size: 1024},
		},
		StepRequests:    map[string]bucket.Requests{"fly": {Put: 2, Get: 3, Read: 1500, Written: 20}},
		MachineRequests: bucket.Requests{Put: 1, Get: 1},
		MapRuns:         []MapRuns{{State: "Map fly", Runs: 1, Children: 3, Succeeded: 2, Failed: 1}},
		Transitions:     1, ExpressRequests: 2,
	}
	r.Usage = r.usage(map[string]string{"fly": "arm64"})
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	text, price, _ := strings.Cut(b.String(), "on AWS: about $")
	const want = `note: a condition was not checked

  function  invocations  failed  cold    init  duration        memory  reads    read  writes  written
  fly                 3       1     2  5.0 ms    3.0 ms  11 of 512 MB      3  1.5 kB       2     20 B
  land                0       0     0       -         -  0 of 1024 MB      0     0 B       0      0 B

  map      runs  children  succeeded  failed  other
  Map fly     1         3          2       1      0

1 state transition, 2 Express requests, 3 invocations, S3: 3 writes and 4 reads
`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	for width := 40; width <= 200; width++ {
		for line := range strings.Lines(r.text(width)) {
			if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "  ") && len(line) > width {
				t.Fatalf("%d columns for a width of %d: %q", len(line), width, line)
			}
		}
	}
	if !strings.HasPrefix(price, "0.0000") {
		t.Errorf("price %s", price)
	}
}
