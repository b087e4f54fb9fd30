package e2e_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/fanout"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

// BenchmarkWarmChild measures one invocation of a warm worker: the Runtime API, a
// read, a step that does nothing, and a write that finds its object already stored.
func BenchmarkWarmChild(b *testing.B) {
	c := newCloud(b)
	list := c.must("GetBirds", envelope.Request{Step: "get-birds", Defaults: []byte(`{"count":3}`), Split: 1})
	batch := c.batches(list)[1]
	for b.Loop() {
		c.must("FlapBird", envelope.Request{Step: "flap-bird", Path: "1/", From: "get-birds", Batch: &batch})
	}
}

// BenchmarkFanIn reads 5,000 small objects with Gather and with the plain SDK
// at the same concurrency.
func BenchmarkFanIn(b *testing.B) {
	const count = 5_000
	c := newCloud(b)
	client := benchClient(b, c)
	values := s3store.New(client, bucket)
	output := func(i int) string { return fmt.Sprintf("m/%d/output.json.gz", i) }
	err := concurrently(count, func(i int) error {
		return fanout.WriteLines(b.Context(), values, output(i), [][]byte{fmt.Appendf(nil, `"result of item %d"`, i)})
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("lokki", func(b *testing.B) {
		for b.Loop() {
			if err := fanout.Gather(b.Context(), values, count, 1, output, func(int, []byte) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(count*b.N)/b.Elapsed().Seconds(), "objects/s")
	})
	b.Run("sdk", func(b *testing.B) {
		for b.Loop() {
			err := concurrently(count, func(i int) error {
				out, err := client.GetObject(b.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(output(i))})
				if err != nil {
					return err
				}
				defer out.Body.Close()
				_, err = io.Copy(io.Discard, out.Body)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(count*b.N)/b.Elapsed().Seconds(), "objects/s")
	})
}

// BenchmarkFanOut stores a million items of 100 bytes.
func BenchmarkFanOut(b *testing.B) {
	const count = 1_000_000
	c := newCloud(b)
	values := s3store.New(benchClient(b, c), bucket)
	item := []byte(`"` + fmt.Sprintf("%098d", 7) + `"`)
	var run, peak int
	for b.Loop() {
		run++
		at := fanout.Keys{Items: fmt.Sprintf("%d/items.jsonl.gz", run), Batches: fmt.Sprintf("%d/items.json", run)}
		_, err := fanout.Store(b.Context(), values, at, 1, func(yield func([]byte, error) bool) {
			for i := range count {
				copy(item[1:], fmt.Sprintf("%08x", uint32(i)*2654435761))
				if i%100_000 == 0 {
					peak = max(peak, heap())
				}
				if !yield(item, nil) {
					return
				}
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(peak)/1e6, "MB-peak-heap")
}

func heap() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func benchClient(b *testing.B, c *cloud) *s3.Client {
	b.Setenv("AWS_ENDPOINT_URL_S3", c.s3.URL())
	b.Setenv("AWS_REGION", "us-east-1")
	b.Setenv("AWS_ACCESS_KEY_ID", "test")
	b.Setenv("AWS_SECRET_ACCESS_KEY", "testsecret")
	client, err := s3store.NewClient()
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// concurrently calls f for 0 to n-1, as many at once as Gather does.
func concurrently(n int, f func(int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	ctx, fail := context.WithCancelCause(context.Background())
	defer fail(nil)
	for range fanout.Concurrency {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					fail(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
