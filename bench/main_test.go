package bench

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/lambdastep"
	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/internal/s3server/s3test"
	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/s3store"
)

const bucket = "values"

// workerStep is the environment variable that makes this binary a step's worker.
const workerStep = "LOKKI_BENCH_STEP"

func TestMain(m *testing.M) {
	switch os.Getenv(workerStep) {
	case "":
		os.Exit(m.Run())
	case "list":
		lambdastep.Start(listSightings)
	case "pass":
		lambdastep.Start(pass)
	}
	os.Exit(2)
}

// cloud is an S3 server with a bucket, and a client for it like a step's.
type cloud struct {
	server *s3server.Server
	client *s3.Client
	values store.Store
}

func newCloud(t testing.TB) *cloud {
	t.Helper()
	server := s3test.Start(t, bucket)
	t.Setenv("AWS_CA_BUNDLE", "")
	t.Setenv("AWS_ENDPOINT_URL_S3", server.URL())
	t.Setenv("AWS_REGION", s3server.Region)
	t.Setenv("AWS_ACCESS_KEY_ID", s3server.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", s3server.SecretKey)
	client, err := s3store.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	return &cloud{server, client, s3store.New(client, bucket)}
}

// function is a Lambda with the values of c; its program starts with the first invocation.
func (c *cloud) function(t testing.TB, program string, env ...string) *lambdahost.Host {
	t.Helper()
	host, err := lambdahost.New(lambdahost.Config{
		Command: []string{program},
		Env:     append(append(c.server.Env(), "LOKKI_ARTIFACT_BUCKET="+bucket), env...),
		Memory:  2048,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { host.Close() })
	return host
}

// self is this binary acting as the worker of a step.
func (c *cloud) self(t testing.TB, step string) *lambdahost.Host {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return c.function(t, program, workerStep+"="+step)
}

// sighting is an item of about 100 bytes of JSON, which compress to a third.
type sighting struct {
	ID      uint64  `json:"id"`
	Species string  `json:"species"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Ring    string  `json:"ring"`
	Count   int     `json:"count"`
}

var species = []string{"goose", "duck", "seagull", "heron", "swan", "coot", "crane", "teal"}

// sightings returns n items, always the same ones.
func sightings(n int) []sighting {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]sighting, n)
	for i := range list {
		list[i] = sighting{
			ID: r.Uint64(), Species: species[r.IntN(len(species))], Ring: fmt.Sprintf("%08X", r.Uint32()),
			Lat: float64(r.IntN(9_000_000)) / 1e5, Lon: float64(r.IntN(18_000_000)) / 1e5, Count: r.IntN(100),
		}
	}
	return list
}

// median returns the middle value.
func median[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}
