package s3server

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"time"
)

// proxy passes requests on to the gateway's socket unchanged, so their
// signatures stay valid.
type proxy struct {
	url    string
	server *http.Server

	around atomic.Pointer[Interceptor]

	mu     sync.Mutex
	counts map[string]int // by method
}

func newProxy(socket string) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening for S3 requests: %w", err)
	}
	p := &proxy{url: "http://" + listener.Addr().String(), counts: map[string]int{}}
	pass := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "gateway"
			r.Out.Host = r.In.Host
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, "unix", socket)
			},
			MaxIdleConnsPerHost: 256,
			IdleConnTimeout:     time.Minute,
			DisableCompression:  true,
		},
		BufferPool: newBuffers(),
		// While the gateway is stopped the client sees no server.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	p.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.counts[r.Method]++
		p.mu.Unlock()
		if around := p.around.Load(); around != nil {
			(*around)(w, r, pass)
			return
		}
		pass.ServeHTTP(w, r)
	})}
	go p.server.Serve(listener)
	return p, nil
}

// buffers reuses the buffers for bodies: allocating one per request takes longer
// than copying a small object.
type buffers struct{ pool *sync.Pool }

type buffer [32 << 10]byte

func newBuffers() buffers { return buffers{&sync.Pool{New: func() any { return new(buffer) }}} }

func (b buffers) Get() []byte  { return b.pool.Get().(*buffer)[:] }
func (b buffers) Put(p []byte) { b.pool.Put((*buffer)(p)) }

func (p *proxy) count(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if method != "" {
		return p.counts[method]
	}
	all := 0
	for _, n := range p.counts {
		all += n
	}
	return all
}

func (p *proxy) close() { p.server.Close() }
