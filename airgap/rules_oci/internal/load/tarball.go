// Package load passes an image to a container engine on this machine.
package load

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
)

// Options say what goes into a tarball.
type Options struct {
	Image string   // a directory in OCI layout
	Tags  []string // the image's names in the engine, such as app:latest
	// Format is "docker" for an image, in the format of `docker save`, or "oci"
	// for an image index, which is the OCI layout itself.
	Format string
}

// WriteTarball writes what `docker load` reads. The same image and tags give the same bytes.
func WriteTarball(ctx context.Context, opts Options, out io.Writer) error {
	image, err := ocilayout.Open(opts.Image)
	if err != nil {
		return err
	}
	t := &tarWriter{ctx: ctx, image: image, tar: tar.NewWriter(out), has: map[string]bool{}}
	switch isIndex := image.Root.MediaType.IsIndex(); {
	case opts.Format == "docker" && !isIndex:
		err = t.addDocker(opts.Tags)
	case opts.Format == "oci" && isIndex:
		err = t.addOCI(opts.Tags)
	case opts.Format == "docker":
		err = hint.Add(fmt.Errorf("the format docker is for images, and %s holds an image index", opts.Image), `set format = "oci"`)
	case opts.Format == "oci":
		err = hint.Add(fmt.Errorf("the format oci is for image indexes, and %s holds an image", opts.Image), `set format = "docker"`)
	default:
		err = fmt.Errorf("the format is %q; want docker or oci", opts.Format)
	}
	if err != nil {
		return err
	}
	return t.tar.Close()
}

// tarWriter writes a tarball.
type tarWriter struct {
	ctx   context.Context
	image *ocilayout.Layout
	tar   *tar.Writer
	has   map[string]bool // names of files
}

func (t *tarWriter) manifest(h v1.Hash) (*v1.Manifest, error) {
	data, err := t.image.Blob(h)
	if err != nil {
		return nil, err
	}
	manifest, err := v1.ParseManifest(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest %s: %w", h, err)
	}
	return manifest, nil
}

func (t *tarWriter) addBlob(name string, h v1.Hash) error {
	file, err := os.Open(t.image.BlobPath(h))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return t.addFile(name, info.Size(), file)
}

// addFile adds a file once.
func (t *tarWriter) addFile(name string, size int64, content io.Reader) error {
	if t.has[name] {
		return nil
	}
	t.has[name] = true
	if err := t.ctx.Err(); err != nil {
		return err
	}
	err := t.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: size, Format: tar.FormatUSTAR})
	if err == nil {
		_, err = io.Copy(t.tar, content)
	}
	if err != nil {
		return fmt.Errorf("writing %s to the tarball: %w", name, err)
	}
	return nil
}

func blobName(h v1.Hash) string { return path.Join("blobs", h.Algorithm, h.Hex) }
