package localcommand

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/localrun"
	"github.com/lokki-build/lokki/internal/runs"
)

const storeUsage = `  --store DIR        stores the values in a directory, laid out like the bucket
  --store s3://BUCKET/PREFIX
                     stores them in a bucket
  --run ID           name of the run in the store (its time)
  --resume ID        resumes a run: what is stored and still valid is not
                     done again; "last" is the run started or resumed last; the
                     name of an execution on AWS finds its run
  --from STEP        repeats STEP and everything after it in that run (last)
  --only STEP        runs one call of STEP with its input in that run (last),
                     and stores nothing
  --at 3/17          which call: the index in each map around STEP
`

// storeFlags say where a run stores its results, and which run it is.
type storeFlags struct {
	store, run, resume, from string // as the user wrote them
	at                       string

	only localrun.SingleCall // the only call to run; no step for a whole run
}

// declare declares the flags for storing and resuming runs.
func (s *storeFlags) declare(flags *flag.FlagSet) {
	flags.StringVar(&s.store, "store", "", "")
	flags.StringVar(&s.run, "run", "", "")
	flags.StringVar(&s.resume, "resume", "", "")
	flags.StringVar(&s.from, "from", "", "")
	flags.StringVar(&s.only.Step, "only", "", "")
	flags.StringVar(&s.at, "at", "", "")
}

// check validates the flags and fills in defaults.
func (s *storeFlags) check(given map[string]bool) error {
	for _, name := range []string{"store", "run", "resume", "from", "only", "at"} {
		switch {
		case !given[name]:
			continue
		case !given["store"]:
			return fmt.Errorf("--%s needs --store", name)
		case s.value(name) == "":
			return fmt.Errorf("--%s is empty", name)
		}
	}
	for _, pair := range [][2]string{{"run", "resume"}, {"run", "from"}, {"run", "only"}, {"from", "only"}, {"input", "only"}, {"input-file", "only"}} {
		if given[pair[0]] && given[pair[1]] {
			return fmt.Errorf("--%s and --%s exclude each other", pair[0], pair[1])
		}
	}
	if given["at"] && !given["only"] {
		return errors.New("--at needs --only")
	}
	if s.resume == "" && (given["from"] || given["only"]) {
		s.resume = runs.Last
	}
	var err error
	s.only.Index, err = parseIndex(s.at)
	return err
}

func (s *storeFlags) value(name string) string {
	return map[string]string{"store": s.store, "run": s.run, "resume": s.resume, "from": s.from, "only": s.only.Step, "at": s.at}[name]
}

// parseIndex parses an index path such as "3/17".
func parseIndex(path string) (index []int, err error) {
	if path == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 {
			return nil, fmt.Errorf("--at %s: want an index for each map around the step, as in 3/17", path)
		}
		index = append(index, i)
	}
	return index, nil
}
