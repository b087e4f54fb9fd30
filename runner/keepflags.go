package runner

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/lokki-build/lokki/internal/runs"
	"github.com/lokki-build/lokki/internal/userpath"
)

const keepUsage = `  --store DIR        stores the values in a directory, laid out like the bucket
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

// flags declares the flags for storing and resuming runs.
func (k *keeping) flags(flags *flag.FlagSet) {
	flags.StringVar(&k.store, "store", "", "")
	flags.StringVar(&k.run, "run", "", "")
	flags.StringVar(&k.resume, "resume", "", "")
	flags.StringVar(&k.from, "from", "", "")
	flags.StringVar(&k.only, "only", "", "")
	flags.StringVar(&k.at, "at", "", "")
}

// check validates the flags and fills in defaults.
func (k *keeping) check(given map[string]bool) error {
	for _, name := range []string{"store", "run", "resume", "from", "only", "at"} {
		switch {
		case !given[name]:
			continue
		case !given["store"]:
			return fmt.Errorf("--%s needs --store", name)
		case flagValue(k, name) == "":
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
	if k.resume == "" && (given["from"] || given["only"]) {
		k.resume = runs.Last
	}
	if !strings.HasPrefix(k.store, "s3://") && k.store != "" {
		k.folder = userpath.Path(k.store)
	}
	var err error
	k.index, err = parseIndex(k.at)
	return err
}

func flagValue(k *keeping, name string) string {
	return map[string]string{"store": k.store, "run": k.run, "resume": k.resume, "from": k.from, "only": k.only, "at": k.at}[name]
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

// hints returns what to do after an error of the run: the commands that run the
// failed call alone and that resume the run. There are none without a store or a
// run.
func (k *keeping) hints(err error, call string) (hints []string) {
	id := k.id.Load()
	if id == nil {
		return nil
	}
	again := fmt.Sprintf("%s --store %s --resume %s", call, userpath.Quote(k.store), userpath.Quote(*id))
	var failed *StepError
	if errors.As(err, &failed) {
		one := again + " --only " + failed.Step
		if len(failed.Index) > 0 {
			one += " --at " + strings.Trim(strings.ReplaceAll(indexPath(failed.Index), "][", "/"), "[]")
		}
		hints = append(hints, "run only this call: "+one)
	}
	return append(hints, "resume the run: "+again)
}
