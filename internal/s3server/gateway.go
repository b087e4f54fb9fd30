package s3server

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The variables by which Start tells its child what to serve.
const (
	gatewayFolder = "LOKKI_S3SERVER_FOLDER" // of the socket
	gatewayData   = "LOKKI_S3SERVER_DATA"
)

// The folders in that of the data.
const (
	dataFolder = "data"
	metaFolder = "meta"
)

// Main serves and exits when this process was started by Start; otherwise it
// returns at once.
func Main() {
	folder := os.Getenv(gatewayFolder)
	if folder == "" {
		return
	}
	// The parent holds the other end: it closes when the parent dies, however.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.RemoveAll(folder) // nobody else is left to do it
		os.Exit(1)
	}()
	if err := serve(context.Background(), folder, os.Getenv(gatewayData)); err != nil {
		fmt.Fprintf(os.Stderr, "s3server: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve runs the gateway until ctx ends.
func serve(ctx context.Context, folder, data string) error {
	// Extended attributes, the gateway's default for metadata, are not to be
	// had on every file system.
	metadata, err := meta.NewSideCar(filepath.Join(data, metaFolder))
	if err != nil {
		return fmt.Errorf("opening the metadata: %w", err)
	}
	backend, err := posix.New(filepath.Join(data, dataFolder), metadata, posix.PosixOpts{
		SideCarDir:          filepath.Join(data, metaFolder),
		CopyObjectThreshold: 5 << 30, // S3's own limit; unset, it is 0
	})
	if err != nil {
		return fmt.Errorf("opening the data: %w", err)
	}
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
		RootUserAccess:    AccessKey,
		RootUserSecret:    SecretKey,
		Region:            Region,
		Ports:             []string{filepath.Join(folder, socketName)},
		MaxConnections:    4096,
		MaxRequests:       4096,
		MultipartMaxParts: 10_000,
		KeepAlive:         true,
		Quiet:             true,
	})
}
