package s3server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/s3server"
)

// TestFaults meets each kind with a client that doesn't retry.
func TestFaults(t *testing.T) {
	s, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.CreateBucket(t.Context(), "values"); err != nil {
		t.Fatal(err)
	}
	client := s3.New(s.Client().Options(), func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	data := bytes.Repeat([]byte("0123456789"), 100)
	put := func(key string) error {
		_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: &key, Body: bytes.NewReader(data)})
		return err
	}
	get := func(key string) ([]byte, error) {
		got, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: &key})
		if err != nil {
			return nil, err
		}
		defer got.Body.Close()
		return io.ReadAll(got.Body)
	}
	if err := put("there"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind           s3server.Fault
		read           string // part of the error; empty if the read succeeds
		written, store bool   // the put succeeds; the object is there afterwards
	}{
		{s3server.Internal, "InternalError", false, false},
		{s3server.SlowDown, "SlowDown", false, false},
		{s3server.Slow, "", true, true},
		{s3server.Reset, "reset", false, false},
		{s3server.Lost, "reset", false, true},
		{s3server.Truncated, "unexpected EOF", true, true},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			faults := s3server.NewFaults(1, c.kind)
			s.Intercept(faults.Intercept)
			got, err := get("there")
			if c.read == "" && (err != nil || !bytes.Equal(got, data)) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
			if c.read != "" && (err == nil || !strings.Contains(err.Error(), c.read) && !strings.Contains(err.Error(), "reset")) {
				t.Errorf("read %d bytes, %v; want an error with %q", len(got), err, c.read)
			}
			key := "new/" + string(c.kind)
			if err := put(key); c.kind != s3server.Truncated && (err == nil) != c.written {
				t.Errorf("put: %v", err)
			}
			if n := faults.Met(c.kind); n < 2 { // Go itself sends a GET again if the connection was an old one
				t.Errorf("met %d times, want at least 2", n)
			}
			s.Intercept(nil)
			if _, err := get(key); (err == nil) != c.store {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestFaultsTakeTurns counts what every third request meets.
func TestFaultsTakeTurns(t *testing.T) {
	s, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	faults := s3server.NewFaults(3, s3server.Internal, s3server.SlowDown)
	s.Intercept(faults.Intercept)
	var got []int
	for range 12 {
		request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode >= 500 {
			got = append(got, answer.StatusCode)
		}
	}
	if len(got) != 4 || faults.Met(s3server.Internal) != 2 || faults.Met(s3server.SlowDown) != 2 || got[0] == got[1] {
		t.Errorf("met %v", got)
	}
}
