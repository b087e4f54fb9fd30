//go:build aws

package aws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/tools/ship/registry"
)

// functions runs the functions of the emulator: the binaries of the images that
// were pushed, under the Lambda Runtime API.
type functions struct {
	t        *testing.T
	endpoint string // of the emulator

	mu      sync.Mutex
	folders map[string]string             // of images, by digest
	idle    map[string][]*lambdahost.Host // by image and environment
}

// call is what server.py sends.
type call struct {
	Image   string
	Env     map[string]string
	Timeout int
	Payload json.RawMessage
}

func startFunctions(t *testing.T) *functions {
	f := &functions{t: t, folders: map[string]string{}, idle: map[string][]*lambdahost.Host{}}
	t.Cleanup(func() {
		for _, hosts := range f.idle {
			for _, h := range hosts {
				h.Close()
			}
		}
	})
	return f
}

// add makes the images of an unpacked bundle known, whose layouts have no index.
func (f *functions) add(folder string) {
	var list map[string]struct{ Digest, Architecture string }
	data, err := os.ReadFile(glob(f.t, filepath.Join(folder, "*.images.json")))
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	for _, i := range list {
		img, err := registry.Open(filepath.Join(folder, "images"), i.Digest, i.Architecture, func(int) {})
		if err != nil {
			f.t.Fatal(err)
		}
		f.folders[i.Digest] = f.write(img)
	}
}

func (f *functions) write(img v1.Image) string {
	to := f.t.TempDir()
	l, err := layout.Write(to, empty.Index)
	if err == nil {
		err = l.AppendImage(img)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return to
}

// serve answers the emulator.
func (f *functions) serve() string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var c call
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			f.t.Error(err)
			return
		}
		answer := map[string]any{}
		switch result, err := f.invoke(r, c); {
		case err != nil:
			f.t.Error(err)
			answer = map[string]any{"body": map[string]string{"errorType": "Test", "errorMessage": err.Error()}, "error": true}
		case result.Failure != nil:
			answer = map[string]any{"body": result.Failure, "error": true}
		default:
			answer["body"] = json.RawMessage(result.Payload)
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			f.t.Error(err)
		}
	}))
	f.t.Cleanup(s.Close)
	return s.URL
}

func (f *functions) invoke(r *http.Request, c call) (lambdahost.Result, error) {
	_, digest, _ := strings.Cut(c.Image, "@")
	key := fmt.Sprint(digest, slices.Sorted(maps.Keys(c.Env)), c.Env)
	host, err := f.take(key, digest, c)
	if err != nil {
		return lambdahost.Result{}, err
	}
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.idle[key] = append(f.idle[key], host)
	}()
	return host.Invoke(r.Context(), c.Payload)
}

// take returns an idle execution environment of a function, or a new one.
func (f *functions) take(key, digest string, c call) (*lambdahost.Host, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.idle[key]); n > 0 {
		h := f.idle[key][n-1]
		f.idle[key] = f.idle[key][:n-1]
		return h, nil
	}
	folder, ok := f.folders[digest]
	if !ok {
		return nil, fmt.Errorf("the function has the image %s, which wasn't built", c.Image)
	}
	image, err := lambdahost.Unpack(folder, f.t.TempDir())
	if err != nil {
		return nil, err
	}
	env := append(image.Env, "AWS_ENDPOINT_URL="+f.endpoint, "AWS_REGION="+region, "AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=x")
	for name, value := range c.Env {
		env = append(env, name+"="+value)
	}
	return lambdahost.New(lambdahost.Config{
		Command: append([]string{filepath.Join(image.Root, image.Command[0])}, image.Command[1:]...),
		Env:     env, Timeout: time.Duration(c.Timeout) * time.Second,
	})
}

func glob(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: found %q, %v", pattern, found, err)
	}
	return found[0]
}
