package lambdahost

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/lokki-build/lokki/internal/lambdahost/inside"
)

// Image is an unpacked container image, reduced to what Lambda uses.
type Image struct {
	Root    string   // the folder it was unpacked to
	Command []string // entry point and arguments
	Env     []string
	Dir     string // working folder inside it; "" is /
}

// Unpack unpacks the only image of an OCI layout into root, an empty folder,
// and adds a world-writable /tmp, as Lambda does. If this process runs as root,
// files that others can't read in the image stay unreadable for the function's
// user.
//
// Files of the layout may be symbolic links, as rules_oci and Bazel's sandbox
// create.
func Unpack(layoutDir, root string) (*Image, error) {
	resolved, err := withoutLinks(layoutDir)
	if err != nil {
		return nil, fmt.Errorf("reading the image in %s: %w", layoutDir, err)
	}
	defer os.RemoveAll(resolved)
	img, err := onlyImage(resolved)
	if err != nil {
		return nil, fmt.Errorf("reading the image in %s: %w", layoutDir, err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("reading the image's configuration: %w", err)
	}
	files := mutate.Extract(img)
	defer files.Close()
	if err := untar(files, root); err != nil {
		return nil, fmt.Errorf("unpacking the image in %s: %w", layoutDir, err)
	}
	return &Image{
		Root:    root,
		Command: append(config.Config.Entrypoint[:len(config.Config.Entrypoint):len(config.Config.Entrypoint)], config.Config.Cmd...),
		Env:     config.Config.Env,
		Dir:     config.Config.WorkingDir,
	}, nil
}

// withoutLinks copies a layout to a temporary folder, with each link replaced by
// its target: go-containerregistry rejects blobs that are links.
func withoutLinks(dir string) (string, error) {
	tmp, err := os.MkdirTemp("", "layout")
	if err != nil {
		return "", err
	}
	if err := copyFolder(tmp, dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(tmp))
	}
	return tmp, nil
}

// copyFolder copies a folder's contents. Unlike os.CopyFS it follows links,
// also to folders.
func copyFolder(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		source, target := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		info, err := os.Stat(source)
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := os.Mkdir(target, 0o755); err != nil {
				return err
			}
			err = copyFolder(target, source)
		} else {
			err = copyFile(target, source)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func onlyImage(dir string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("the layout holds %d images, want 1", len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}

// untar writes within dir only, wherever links in the archive point.
func untar(from io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	files := tar.NewReader(from)
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := extract(root, h, files); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return addMountPoints(root)
}

// addMountPoints adds what Lambda has in every image: a world-writable /tmp,
// and mount points for /proc and the devices.
func addMountPoints(root *os.Root) error {
	for _, dir := range []string{"tmp", "proc", "dev"} {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, name := range inside.Devices {
		if _, err := root.Lstat(name); err == nil {
			continue
		}
		if err := root.WriteFile(name, nil, 0o644); err != nil {
			return err
		}
	}
	return root.Chmod("tmp", 0o777|fs.ModeSticky)
}

func extract(root *os.Root, h *tar.Header, data io.Reader) error {
	name := path.Clean("/" + h.Name)[1:]
	if name == "" {
		return nil
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	mode := h.FileInfo().Mode().Perm()
	switch h.Typeflag {
	case tar.TypeDir:
		if err := root.MkdirAll(name, 0o755); err != nil {
			return err
		}
		return root.Chmod(name, mode|0o700) // its files are yet to be written
	case tar.TypeReg:
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, data); err != nil {
			f.Close()
			return err
		}
		return errors.Join(f.Chmod(mode), f.Close()) // independent of the umask
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	case tar.TypeLink:
		return root.Link(path.Clean("/" + h.Linkname)[1:], name)
	}
	return fmt.Errorf("entries of type %q are not supported", h.Typeflag)
}
