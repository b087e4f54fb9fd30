package bucket_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

// TestAMissingObjectIsFoundOutByAList: a role that may list under a condition on the
// prefix is refused a missing object, and can tell it from one that it may not read.
func TestAMissingObjectIsFoundOutByAList(t *testing.T) {
	g := newGuarded(t)
	s := s3store.New(g.client, "values")
	for _, key := range []string{"run/there", "run/there-too", "run/a/b"} {
		if err := s.Put(t.Context(), key, strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
	}
	g.decide = func(action, resource string, keys map[string][]string) error {
		if action == "s3:ListBucket" && (keys["s3:prefix"] == nil || !strings.HasPrefix(keys["s3:prefix"][0], "run/")) || strings.HasSuffix(resource, "-too") {
			return fmt.Errorf("not authorized to perform: %s on resource: %s", action, resource)
		}
		return nil
	}
	get := func(key string, n int64) error {
		body, err := s.Get(t.Context(), key, 0, n)
		if err == nil {
			body.Close()
		}
		return err
	}
	for _, key := range []string{"run/ther", "run/there/none", "run/a", "run/z"} {
		_, err := s.Size(t.Context(), key)
		for _, err := range []error{err, get(key, -1), get(key, 0), get(key, 5)} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v, want that it isn't there", key, err)
			}
		}
	}
	if err := g.gate.Denied(); err != nil {
		t.Errorf("no permission was missing, but the gate says %v", err)
	}
	if err := get("run/there", -1); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"run/there-too", "elsewhere/none"} {
		if err := get(key, -1); err == nil || errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "s3:GetObject") {
			t.Errorf("%s: %v, want that it can't be read", key, err)
		}
	}
	if err := g.gate.Denied(); err == nil {
		t.Error("the gate has denied nothing")
	}
}

// TestConditionKeys checks the condition keys that S3 derives from each
// request.
func TestConditionKeys(t *testing.T) {
	g := newGuarded(t)
	s := s3store.New(g.client, "values")
	var asked []string
	g.decide = func(action, _ string, keys map[string][]string) error {
		if action == "s3:PutObject" || action == "s3:ListBucket" {
			asked = append(asked, fmt.Sprint(keys))
		}
		return nil
	}
	want := func(what string, texts ...string) {
		t.Helper()
		slices.Sort(asked)
		if asked = slices.Compact(asked); !slices.Equal(asked, texts) {
			t.Errorf("%s: %q, want %q", what, asked, texts)
		}
		asked = nil
	}
	const create, part = "map[s3:ObjectCreationOperation:[true] s3:if-none-match:[*]]", "map[s3:ObjectCreationOperation:[false]]"
	if err := s.Put(t.Context(), "small", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	want("a value", create)
	if err := s.Put(t.Context(), "large", bytes.NewReader(make([]byte, 17<<20))); err != nil {
		t.Fatal(err)
	}
	want("a value in parts", part, create)
	if _, err := g.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("values"), Key: aws.String("small"), Body: strings.NewReader("y")}); err != nil {
		t.Fatal(err)
	}
	want("one that replaces another", "map[s3:ObjectCreationOperation:[true]]")
	for prefix, text := range map[string]string{"": "map[]", "a/b": "map[s3:prefix:[a/b]]"} {
		in := &s3.ListObjectsV2Input{Bucket: aws.String("values")}
		if prefix != "" {
			in.Prefix = &prefix
		}
		if _, err := g.client.ListObjectsV2(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		want("a list of "+prefix, text)
	}
}
