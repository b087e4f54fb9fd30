package registry

import (
	"net/http"
	"net/url"
	"strings"
)

// redirected sends all requests to one server, whatever host they name. It is
// for emulators, whose registry is where their other services are.
//
// The request keeps its Host, and the response its original request:
// otherwise the location of an upload would be of another host, to which
// go-containerregistry sends no credentials.
type redirected struct {
	to    *url.URL
	inner http.RoundTripper
}

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	if sent.Host == "" {
		sent.Host = req.URL.Host
	}
	sent.URL.Scheme, sent.URL.Host = r.to.Scheme, r.to.Host
	resp, err := r.inner.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	resp.Request = req
	if at, err := url.Parse(resp.Header.Get("Location")); err == nil && at.Host == r.to.Host {
		resp.Header.Set("Location", strings.TrimPrefix(at.String(), at.Scheme+"://"+at.Host))
	}
	return resp, nil
}
