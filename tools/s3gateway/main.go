// Command s3gateway is the S3 server of the tests and rehearsals, on a Unix socket.
// internal/s3server starts it. It is a Go module of its own, so that programs that use
// lokki don't require the server's dependencies.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

func main() {
	var c config
	flag.StringVar(&c.socket, "socket", "", "the socket to listen on, in a folder that is removed when standard input ends")
	flag.StringVar(&c.data, "data", "", "folder of the objects, as BUCKET/KEY")
	flag.StringVar(&c.metadata, "metadata", "", "folder of the objects' metadata, where the file system has no extended attributes")
	flag.StringVar(&c.region, "region", "", "AWS region")
	flag.StringVar(&c.accessKey, "access-key", "", "access key of the only user")
	flag.StringVar(&c.secretKey, "secret-key", "", "secret key of the only user")
	flag.Parse()
	// The parent holds the other end, which closes when the parent dies,
	// however it dies.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.RemoveAll(filepath.Dir(c.socket)) // nobody else is left to do it
		os.Exit(1)
	}()
	if err := c.serve(context.Background()); err != nil {
		fmt.Fprintf(os.Stderr, "s3gateway: %v\n", err)
		os.Exit(1)
	}
}

type config struct {
	socket, data, metadata, region, accessKey, secretKey string
}

// serve runs the gateway until ctx ends.
func (c config) serve(ctx context.Context) error {
	options := posix.PosixOpts{
		CopyObjectThreshold: 5 << 30,  // S3's own limit; the default is 0
		IOBufferSize:        64 << 10, // the default is 1 MiB, allocated for each ranged read
	}
	attributes, err := c.attributes(&options)
	if err != nil {
		return fmt.Errorf("opening the metadata: %w", err)
	}
	backend, err := posix.New(c.data, attributes, options)
	if err != nil {
		return fmt.Errorf("opening the data: %w", err)
	}
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess:    c.accessKey,
		RootUserSecret:    c.secretKey,
		Region:            c.region,
		Ports:             []string{c.socket},
		MaxConnections:    4096,
		MaxRequests:       4096,
		MultipartMaxParts: 10_000,
		KeepAlive:         true,
		Quiet:             true,
	})
}

// attributes says where the gateway keeps an object's metadata. Extended attributes of
// the object's file cost a third of what separate files do, but not every file system
// has them: tmpfs does since Linux 6.6.
func (c config) attributes(o *posix.PosixOpts) (meta.MetadataStorer, error) {
	_, err := os.Stat(c.metadata)
	if supported := (meta.XattrMeta{}).Test(c.data); supported == nil && os.IsNotExist(err) {
		return meta.XattrMeta{}, nil
	}
	if err := os.MkdirAll(c.metadata, 0o700); err != nil {
		return nil, err
	}
	o.SideCarDir = c.metadata
	return meta.NewSideCar(c.metadata)
}
