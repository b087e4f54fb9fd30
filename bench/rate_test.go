package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/codec"
	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
)

// rateItems is the number of items, and of the SDK's objects, in a round.
const rateItems = 10_000

// BenchmarkFanOut stores a list for a map; the SDK stores an object for each item.
func BenchmarkFanOut(b *testing.B) {
	c := newCloud(b)
	list := sightings(rateItems)
	round := 0
	compare(b, func() error {
		round++
		_, err := c.storeList(b.Context(), fmt.Sprintf("lokki/%d/", round), list, 1)
		return err
	}, func() error {
		return concurrently(rateItems, func(i int) error {
			data, err := json.Marshal(list[i])
			if err != nil {
				return err
			}
			return c.put(b.Context(), fmt.Sprintf("sdk/%d/%d", round, i), data)
		})
	})
}

// BenchmarkFanOutRead is the children's side: each reads its batch, which means
// all frames that contain it; the SDK reads an object for each item.
func BenchmarkFanOutRead(b *testing.B) {
	c := newCloud(b)
	list := sightings(rateItems)
	err := concurrently(rateItems, func(i int) error {
		data, err := json.Marshal(list[i])
		if err != nil {
			return err
		}
		return c.put(b.Context(), fmt.Sprintf("sdk/%d", i), data)
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{1, 100} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			prefix := fmt.Sprintf("lokki/%d/", size)
			if _, err := c.storeList(b.Context(), prefix, list, size); err != nil {
				b.Fatal(err)
			}
			batches, err := c.batches(b.Context(), prefix+"items.json")
			if err != nil {
				b.Fatal(err)
			}
			compare(b, func() error {
				return concurrently(len(batches), func(i int) error {
					items, err := fanout.ReadBatch(b.Context(), c.values, prefix+"items.jsonl.gz", batches[i])
					for k := 0; k < len(items) && err == nil; k++ {
						err = wantItem(items[k], list[batches[i].Index+k])
					}
					return err
				})
			}, func() error {
				return concurrently(rateItems, func(i int) error {
					data, err := c.get(b.Context(), fmt.Sprintf("sdk/%d", i))
					if err != nil {
						return err
					}
					return wantItem(data, list[i])
				})
			})
		})
	}
}

// BenchmarkFanIn collects the results of a map, decoded; the SDK only reads
// the bytes of the same objects.
func BenchmarkFanIn(b *testing.B) {
	c := newCloud(b)
	list := sightings(rateItems)
	output := func(i int) string { return fmt.Sprintf("map/%d/output.json.gz", i) }
	err := concurrently(rateItems, func(i int) error {
		data, err := codec.Marshal(list[i])
		if err != nil {
			return err
		}
		return fanout.WriteLines(b.Context(), c.values, output(i), [][]byte{data})
	})
	if err != nil {
		b.Fatal(err)
	}
	got := make([]sighting, rateItems)
	compare(b, func() error {
		clear(got)
		err := fanout.Gather(b.Context(), c.values, rateItems, 1, output, func(i int, value []byte) error {
			return codec.Unmarshal(value, &got[i])
		})
		if err == nil && got[rateItems-1] != list[rateItems-1] {
			err = fmt.Errorf("the last item is %+v, want %+v", got[rateItems-1], list[rateItems-1])
		}
		return err
	}, func() error {
		return concurrently(rateItems, func(i int) error {
			_, err := c.get(b.Context(), output(i))
			return err
		})
	})
}

// compare times both in turn. The ratio is that of items per second: above 1,
// lokki is faster. The middle round counts.
func compare(b *testing.B, lokki, sdk func() error) {
	var ours, theirs, ratios []float64
	for b.Loop() {
		var times [2]float64
		for i, way := range []func() error{lokki, sdk} {
			began := time.Now()
			if err := way(); err != nil {
				b.Fatal(err)
			}
			times[i] = time.Since(began).Seconds()
		}
		ours, theirs = append(ours, rateItems/times[0]), append(theirs, rateItems/times[1])
		ratios = append(ratios, times[1]/times[0])
	}
	b.ReportMetric(median(ours), "lokki-items/s")
	b.ReportMetric(median(theirs), "sdk-items/s")
	b.ReportMetric(median(ratios), "ratio")
}

// storeList stores a list as a step does, below a prefix.
func (c *cloud) storeList(ctx context.Context, prefix string, list []sighting, size int) (int, error) {
	at := fanout.Keys{Items: prefix + "items.jsonl.gz", Batches: prefix + "items.json"}
	return fanout.Store(ctx, c.values, at, size, func(yield func([]byte, error) bool) {
		var buf bytes.Buffer
		for i := range list {
			buf.Reset()
			err := codec.MarshalTo(&buf, &list[i])
			if !yield(buf.Bytes(), err) || err != nil {
				return
			}
		}
	})
}

// batches reads the object that the map's ItemReader reads.
func (c *cloud) batches(ctx context.Context, key string) (list []envelope.Batch, err error) {
	data, err := c.get(ctx, key)
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	return list, err
}

func wantItem(data []byte, want sighting) error {
	var got sighting
	if err := codec.Unmarshal(data, &got); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the item is %+v, want %+v", got, want)
	}
	return nil
}

// get reads an object with the plain SDK.
func (c *cloud) get(ctx context.Context, key string) ([]byte, error) {
	out, err := c.client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// put stores an object with the plain SDK.
func (c *cloud) put(ctx context.Context, key string, data []byte) error {
	_, err := c.client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(data)})
	return err
}

// concurrently calls f for 0 to n-1, with as many calls at once as lokki has
// reads, and returns the first error.
func concurrently(n int, f func(int) error) error {
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		once  sync.Once
		cause error
	)
	for range fanout.Concurrency {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					once.Do(func() { cause = err })
					next.Store(int64(n))
					return
				}
			}
		})
	}
	wg.Wait()
	return cause
}
