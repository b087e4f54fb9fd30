package lambdastep

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/internal/fanout"
)

// output returns the response of the flow's last step: where its result is stored,
// and the result itself if it is small.
func (i *invocation) output(ctx context.Context) (envelope.Output, error) {
	key := i.keys.Output(i.req.Step, "")
	out := envelope.Output{Run: i.req.Run, Stored: envelope.Location{Bucket: i.bucket, Key: key, Codec: envelope.Codec}}
	result, err := i.value, error(nil)
	if result == nil {
		result, err = i.earlierResult(ctx, key)
	}
	if len(result) <= envelope.MaxResult {
		out.Result = json.RawMessage(result)
	}
	return out, wrapStorageErr("reading the result of an earlier attempt", err)
}

// earlierResult returns what another attempt stored, which counts even if this one
// computed something else; nil if it is too large for the output.
func (i *invocation) earlierResult(ctx context.Context, key string) ([]byte, error) {
	defer i.stats.read.since(time.Now())
	size, err := i.store.Size(ctx, key)
	if err != nil || size > envelope.MaxResult+gzipOverhead {
		return nil, err
	}
	values, err := fanout.ReadLines(ctx, i.store, key)
	if err == nil && len(values) != 1 {
		err = failure.Name(failure.Request, fmt.Errorf("%s holds %d values, want 1", key, len(values)))
	}
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// gzipOverhead is more than an incompressible value of MaxResult bytes grows by.
const gzipOverhead = 1 << 10
