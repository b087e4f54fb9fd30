package s3server_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/lokki-build/lokki/internal/s3server"
)

func TestObjectsOutliveTheServersDeath(t *testing.T) {
	s, err := s3server.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.CreateBucket(t.Context(), "values"); err != nil {
		t.Fatal(err)
	}
	put := func() error {
		_, err := s.Client().PutObject(t.Context(), &s3.PutObjectInput{
			Bucket: aws.String("values"), Key: aws.String("a/b"), Body: bytes.NewReader([]byte("hello")), IfNoneMatch: aws.String("*"),
		})
		return err
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s.Stop()
	once := s3.New(s.Client().Options(), func(o *s3.Options) { o.Retryer = aws.NopRetryer{} })
	if _, err := once.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("values"), Key: aws.String("a/b")}); err == nil {
		t.Error("a stopped server answered")
	}
	if err := s.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("a/b"), Range: aws.String("bytes=1-3")})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if data, err := io.ReadAll(got.Body); err != nil || string(data) != "ell" {
		t.Errorf("read %q, %v", data, err)
	}
	var api smithy.APIError
	if err := put(); !errors.As(err, &api) || api.ErrorCode() != "PreconditionFailed" {
		t.Errorf("the second put: %v, want PreconditionFailed", err)
	}
	if n := s.Requests("PUT"); n != 3 {
		t.Errorf("%d PUT requests counted, want 3", n)
	}
}

func TestDataOfAFolderIsKept(t *testing.T) {
	folder := t.TempDir()
	for i := range 2 {
		s, err := s3server.StartIn(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := s.CreateBucket(t.Context(), "values"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Client().PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: aws.String("values"), Key: aws.String("a/b"), Body: bytes.NewReader([]byte("hello")),
			}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Client().GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("values"), Key: aws.String("a/b")})
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(filepath.Join(folder, "data", "values", "a", "b")); err != nil || string(data) != "hello" {
			t.Errorf("kept %q, %v", data, err)
		}
	}
}
