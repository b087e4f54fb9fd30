package figures

import (
	"strings"
	"testing"
)

const output = `goos: linux
BenchmarkImageSize-2   	      20	     62650 ns/op	         6.103 MB
BenchmarkFanIn-2       	       3	4368415726 ns/op	      3000 lokki-items/s	      5000 sdk-items/s
BenchmarkFanIn-2       	       3	4368415726 ns/op	      4400 lokki-items/s	      5500 sdk-items/s
BenchmarkFanIn-2       	       3	4368415726 ns/op	      4900 lokki-items/s	      5600 sdk-items/s
BenchmarkInvoke/10_B-2 	   10000	     30500 ns/op	    1000 B/op	      11 allocs/op
BenchmarkStart-2       	      20	   9168164 ns/op	         3.825 lokki-ms	         1.5 plain-ms
PASS
`

func TestTable(t *testing.T) {
	results := Results{}
	if err := results.Parse(strings.NewReader(output)); err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	missed := Write(&table, results)
	for _, want := range []string{
		"| own time of an invocation in the handler, value of 10 B | 30.5 µs | ≤ 150 µs |  |  |  |\n",
		"| own time of an invocation in the handler, value of 1 KB | not measured | | | | |\n",
		"| fan-in of 10,000 objects | 4400 items/s | ≥ 0.80 of it | plain SDK | 5500 items/s | 0.80 |\n",
		"| start of the binary to its first `next` | 3.83 ms | ≤ 10 ms | aws-lambda-go and SDK | 1.50 ms | 2.55 |\n",
		"| compressed image | 6.10 MB | ≤ 6 MB **missed** |  |  |  |\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if want := len(rows) - 3; missed != want {
		t.Errorf("%d rows missed or not measured, want %d", missed, want)
	}
}

func TestParseRefusesWhatIsNoNumber(t *testing.T) {
	err := Results{}.Parse(strings.NewReader("BenchmarkX-2 1 many ns/op\n"))
	if err == nil || !strings.Contains(err.Error(), "BenchmarkX") {
		t.Errorf("error %v, want one that names BenchmarkX", err)
	}
}
