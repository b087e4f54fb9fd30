package push

import (
	"errors"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
)

// unreachable adds the usual cause to an error of the first request.
func unreachable(err error, registry name.Registry) error {
	var network *net.OpError
	var dns *net.DNSError
	var answer *transport.Error
	switch {
	case errors.As(err, &network), errors.As(err, &dns):
		return hint.Add(err, "check that "+registry.Name()+" can be reached from here")
	case errors.As(err, &answer) && (answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden):
		return hint.Add(err, "log in with `docker login "+registry.Name()+"`")
	}
	return err
}
