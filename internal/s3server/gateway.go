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

// Folders inside the data folder.
const (
	dataFolder = "data"
	metaFolder = "meta"
)

// Main serves and exits if Start started this process; otherwise it returns at
// once.
func Main() {
	folder := os.Getenv(gatewayFolder)
	if folder == "" {
		return
	}
	// The parent holds the other end, which closes when the parent dies,
	// however it dies.
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

// attributes says where the gateway keeps an object's metadata. Extended attributes of
// the object's file cost a third of what separate files do, but not every file system
// has them: tmpfs does since Linux 6.6.
func attributes(data string, o *posix.PosixOpts) (meta.MetadataStorer, error) {
	folder := filepath.Join(data, metaFolder)
	_, err := os.Stat(folder)
	if supported := (meta.XattrMeta{}).Test(filepath.Join(data, dataFolder)); supported == nil && os.IsNotExist(err) {
		return meta.XattrMeta{}, nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	o.SideCarDir = folder
	return meta.NewSideCar(folder)
}

// serve runs the gateway until ctx ends.
func serve(ctx context.Context, folder, data string) error {
	options := posix.PosixOpts{
		CopyObjectThreshold: 5 << 30,  // S3's own limit; the default is 0
		IOBufferSize:        64 << 10, // the default is 1 MiB, allocated for each ranged read
	}
	metadata, err := attributes(data, &options)
	if err != nil {
		return fmt.Errorf("opening the metadata: %w", err)
	}
	backend, err := posix.New(filepath.Join(data, dataFolder), metadata, options)
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
