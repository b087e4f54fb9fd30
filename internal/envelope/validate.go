package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/awslimits"
)

// MaxItems is the maximum number of items of one map, which is the most that an
// ItemReader of Step Functions reads.
const MaxItems = awslimits.Items

// maxName limits the names of flows, steps and executions, in bytes, as Step
// Functions limits those of state machines, states and executions.
const maxName = awslimits.NameLength

// maxPath limits a map path, in bytes, so that a key stays below S3's 1,024.
const maxPath = 200

// MaxDepth is how deeply maps can be nested: each adds an index of up to 8 digits
// and a slash to the map path.
const MaxDepth = maxPath / len("99999999/")

// Decode decodes a request strictly: unknown fields are errors, as is everything
// that Validate refuses.
func Decode(payload []byte) (Request, error) {
	var r Request
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Request{}, fmt.Errorf("decoding the request: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Request{}, errors.New("decoding the request: more than one JSON value")
	}
	if err := r.Validate(); err != nil {
		return Request{}, fmt.Errorf("invalid request: %w", err)
	}
	return r, nil
}

// Validate reports every breach of the contract, joined.
func (r Request) Validate() error {
	var all problems
	all.unless(isName(r.Flow), "flow %q: want the flow's name, as in \"birds-flow\"", r.Flow)
	all.unless(isName(r.Step), "step %q: want the step's name, as in \"flap-bird\"", r.Step)
	r.validateRun(&all)
	all.unless(isPath(r.Path),
		"path %q: want indices that each end in a slash, as in \"3/17/\", %d bytes at most", r.Path, maxPath)
	all.unless(!r.Last || r.Path == "" && r.Split == 0, "last step at path %q, with split %d: want neither", r.Path, r.Split)
	all.unless(r.Split >= 0, "split %d: want at least 1 item per child", r.Split)
	all.unless(r.Limit >= 0 && r.Limit <= awslimits.LambdaSeconds, "limit %d: want 1 to %d seconds", r.Limit, awslimits.LambdaSeconds)
	all.unless(r.Attempt >= 0, "attempt %d: want 0 or more", r.Attempt)
	r.validateSource(&all)
	return errors.Join(all...)
}

// validateSource checks that the argument has exactly one source.
func (r Request) validateSource(all *problems) {
	if r.From == "" {
		all.unless(r.Input != nil || r.Defaults != nil, "no source of the argument: want input, defaults or from")
		all.unless(r.Batch == nil, "batch without from")
		all.unless(r.Count == nil, "count without from")
		all.unless(r.BatchSize == 0, "batch_size without count")
		all.unless(r.Tolerate == 0, "tolerate without count")
		return
	}
	all.unless(isName(r.From), "from %q: want a step's name", r.From)
	all.unless(r.Input == nil && r.Defaults == nil, "two sources of the argument: from %q and the execution's input", r.From)
	all.unless(r.Batch == nil || r.Count == nil, "two sources of the argument: batch and count")
	all.unless(r.BatchSize >= 0, "batch_size %d: want at least 1", r.BatchSize)
	all.unless(r.BatchSize == 0 || r.Count != nil, "batch_size without count")
	all.unless(r.Tolerate == 0 || r.Count != nil, "tolerate without count")
	all.unless(r.Tolerate >= 0 && r.Tolerate <= 100, "tolerate %v: want more than 0, up to 100 percent", r.Tolerate)
	all.unless(r.Tolerate == 0 || r.State != nil, "tolerate without state")
	if r.Count != nil {
		all.unless(*r.Count >= 0 && *r.Count <= MaxItems, "count %d: want 0 to %d", *r.Count, MaxItems)
	}
	if r.Batch != nil {
		r.Batch.validate(all)
		_, index, ok := Parent(r.Path)
		all.unless(ok && index == r.Batch.Index, "path %q does not end in the batch's first index %d", r.Path, r.Batch.Index)
		all.unless(r.Split == 0 || r.Batch.Count == 1, "split in a batch of %d items: a map inside a map needs batches of 1 outside", r.Batch.Count)
	}
}

func (b Batch) validate(all *problems) {
	all.unless(b.Index >= 0 && b.Index < MaxItems, "batch: i %d: want 0 to %d", b.Index, MaxItems-1)
	all.unless(b.Count >= 1 && b.Count <= MaxItems, "batch: n %d: want 1 to %d", b.Count, MaxItems)
	all.unless(b.Offset >= 0, "batch: off %d: want 0 or more", b.Offset)
	all.unless(b.Length >= 1, "batch: len %d: want 1 or more", b.Length)
	all.unless(b.Skip >= 0, "batch: skip %d: want 0 or more", b.Skip)
}

// problems collects what is wrong.
type problems []error

func (p *problems) unless(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}
