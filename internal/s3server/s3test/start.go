// Package s3test starts S3 servers for tests.
package s3test

import (
	"testing"

	"github.com/lokki-build/lokki/internal/s3server"
)

// Start starts a server with one empty bucket, until the test ends.
func Start(t testing.TB, bucket string) *s3server.Server {
	t.Helper()
	server, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	if err := server.CreateBucket(t.Context(), bucket); err != nil {
		t.Fatal(err)
	}
	return server
}
