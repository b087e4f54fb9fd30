package s3server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// What a client needs besides the address. These protect nothing: the server
// listens on loopback only.
const (
	Region    = "us-east-1"
	AccessKey = "test"
	SecretKey = "testsecret"
)

const socketName = "s3.sock" // in the temporary folder

// Folders inside the data folder.
const (
	dataFolder = "data"
	metaFolder = "meta"
)

// startLimit is how long the gateway may take to listen; on an idle machine it
// takes 0.1 s.
const startLimit = 30 * time.Second

// Server is a running S3 server.
type Server struct {
	proxy  *proxy
	folder string // temporary: holds the socket, and the data unless it is kept
	data   string // objects and metadata
	mu     sync.Mutex
	child  *gateway // nil while stopped
	others []*proxy // from Listen
}

// gateway is the process that serves.
type gateway struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	stderr bytes.Buffer
	exited chan struct{}
}

// Start starts a server without buckets. Its data is in a temporary folder
// until Close.
func Start(ctx context.Context) (*Server, error) { return StartIn(ctx, "") }

// StartIn starts a server on a folder's data, which stays there: objects are
// data/BUCKET/KEY. "" uses a temporary folder.
func StartIn(ctx context.Context, data string) (*Server, error) {
	// A socket's path may have about 100 bytes, so the caller's folder may be
	// too deep.
	folder, err := os.MkdirTemp("", "s3")
	if err != nil {
		return nil, fmt.Errorf("making the server's folder: %w", err)
	}
	s := &Server{folder: folder, data: folder}
	if data != "" {
		if s.data, err = filepath.Abs(data); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	if err := os.MkdirAll(filepath.Join(s.data, dataFolder), 0o700); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.proxy, err = newProxy(filepath.Join(folder, socketName)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.Resume(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Resume starts the server again after Stop, with the same data.
func (s *Server) Resume(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child != nil {
		return errors.New("starting the S3 server: it is running")
	}
	program, err := gatewayProgram()
	if err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(s.folder, socketName)) // left by a server that was killed
	g := &gateway{exited: make(chan struct{}), cmd: exec.Command(program,
		"-socket", filepath.Join(s.folder, socketName),
		"-data", filepath.Join(s.data, dataFolder), "-metadata", filepath.Join(s.data, metaFolder),
		"-region", Region, "-access-key", AccessKey, "-secret-key", SecretKey)}
	g.cmd.Stderr = &g.stderr
	if g.stdin, err = g.cmd.StdinPipe(); err != nil {
		return fmt.Errorf("starting the S3 server: %w", err)
	}
	if err := g.cmd.Start(); err != nil {
		return fmt.Errorf("starting the S3 server: %w", err)
	}
	go func() {
		_ = g.cmd.Wait() // ProcessState has the result
		close(g.exited)
	}()
	s.child = g
	return s.ready(ctx, g)
}

// ready waits until the gateway accepts connections.
func (s *Server) ready(ctx context.Context, g *gateway) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("unix", filepath.Join(s.folder, socketName)); err == nil {
			return c.Close()
		}
		select {
		case <-tick.C:
		case <-g.exited:
			return fmt.Errorf("the S3 server ended: %s: %s", g.cmd.ProcessState, g.stderr.Bytes())
		case <-ctx.Done():
			return fmt.Errorf("waiting for the S3 server: %w", ctx.Err())
		}
	}
}

// Stop kills the server as a power cut would: requests under way are broken off
// and, until Resume, all others are refused.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child == nil {
		return
	}
	_ = s.child.cmd.Process.Kill() // fails only if it has ended
	<-s.child.exited
	s.child = nil
}

// Close ends the server and removes its data.
func (s *Server) Close() error {
	s.Stop()
	if s.proxy != nil {
		s.proxy.close()
	}
	for _, p := range s.others {
		p.close()
	}
	return os.RemoveAll(s.folder)
}

// URL is the address of the server, for AWS_ENDPOINT_URL_S3.
func (s *Server) URL() string { return s.proxy.url }

// Env is the environment in which the AWS SDK finds the server.
func (s *Server) Env() []string {
	return []string{
		"AWS_ENDPOINT_URL_S3=" + s.URL(),
		"AWS_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + AccessKey,
		"AWS_SECRET_ACCESS_KEY=" + SecretKey,
	}
}

// Client returns a client of the server.
func (s *Server) Client() *s3.Client {
	return s3.New(s3.Options{
		Region:       Region,
		BaseEndpoint: aws.String(s.URL()),
		UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: AccessKey, SecretAccessKey: SecretKey}, nil
		}),
	})
}

// CreateBucket makes an empty bucket.
func (s *Server) CreateBucket(ctx context.Context, name string) error {
	if _, err := s.Client().CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name}); err != nil {
		return fmt.Errorf("creating bucket %s: %w", name, err)
	}
	return nil
}

// Requests returns how many requests with an HTTP method all clients have sent
// to the first address; "" counts all methods.
func (s *Server) Requests(method string) int { return s.proxy.count(method) }

// Interceptor handles a client's request before the server, which pass is. It
// may respond itself. It is called concurrently.
type Interceptor func(w http.ResponseWriter, r *http.Request, pass http.Handler)

// Intercept sends all requests from now on through f; nil ends that.
func (s *Server) Intercept(f Interceptor) {
	if f == nil {
		s.proxy.around.Store(nil)
		return
	}
	s.proxy.around.Store(&f)
}

// Listen gives the server another address, until Close, whose requests all go
// through f. Those of the first address don't.
func (s *Server) Listen(f Interceptor) (url string, err error) {
	p, err := newProxy(filepath.Join(s.folder, socketName))
	if err != nil {
		return "", err
	}
	p.around.Store(&f)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others = append(s.others, p)
	return p.url, nil
}
