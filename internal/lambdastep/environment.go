package lambdastep

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/envelope"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

const defaultPrefix = "lokki"

// openFromEnvironment finds the bucket. It makes no network call.
func openFromEnvironment(requests *atomic.Int64) (place, error) {
	bucket := os.Getenv("LOKKI_ARTIFACT_BUCKET")
	if bucket == "" {
		return place{}, errors.New("LOKKI_ARTIFACT_BUCKET is not set: want the name of the S3 bucket that holds the values")
	}
	prefix := os.Getenv("LOKKI_PREFIX")
	if prefix == "" {
		prefix = defaultPrefix
	}
	if !envelope.IsPrefix(prefix) {
		return place{}, fmt.Errorf("LOKKI_PREFIX %q: want 1 to 256 %s, separated by single slashes, without a leading dot", prefix, envelope.RunCharacters)
	}
	client, err := s3store.NewClient()
	if err != nil {
		return place{}, err
	}
	client = s3.New(client.Options(), func(o *s3.Options) { o.HTTPClient = counting{o.HTTPClient, requests} })
	return place{s3store.New(client, bucket), bucket, prefix}, nil
}

// counting counts the requests of an HTTP client, including retries.
type counting struct {
	s3.HTTPClient
	requests *atomic.Int64
}

func (c counting) Do(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	return c.HTTPClient.Do(r)
}

// once calls open until it succeeds, and then returns the same place.
func once(open func() (place, error)) func() (place, error) {
	var mu sync.Mutex
	var found *place
	return func() (place, error) {
		mu.Lock()
		defer mu.Unlock()
		if found == nil {
			p, err := open()
			if err != nil {
				return place{}, err
			}
			found = &p
		}
		return *found, nil
	}
}
