package registry

import (
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/google/go-containerregistry/pkg/name"
)

// byLayers divides the images into those that go first and those that then mount
// layers from them, which are sent once however many images have them. A registry
// mounts only what a manifest of the other repository refers to.
func byLayers(images []*pushed) (first, rest []*pushed, err error) {
	source := map[v1.Hash]*pushed{} // the first image that has a layer
	shared := map[v1.Hash]bool{}
	for _, p := range images {
		layers, err := p.image.Layers()
		if err != nil {
			return nil, nil, err
		}
		for _, l := range layers {
			h, err := l.Digest()
			if err != nil {
				return nil, nil, err
			}
			if from := source[h]; from == nil {
				source[h] = p
			} else if from != p {
				shared[h] = true
			}
		}
	}
	leads := map[*pushed]bool{}
	for h := range shared {
		leads[source[h]] = true
	}
	for _, p := range images {
		if leads[p] {
			first = append(first, p)
			continue
		}
		from := map[v1.Hash]name.Reference{}
		for h := range shared {
			ref, err := name.NewDigest(source[h].URI)
			if err != nil {
				return nil, nil, err
			}
			from[h] = ref
		}
		p.image = mounting{p.image, from}
		rest = append(rest, p)
	}
	return first, rest, nil
}

// mounting is an image some of whose layers other repositories have.
type mounting struct {
	v1.Image
	from map[v1.Hash]name.Reference
}

func (m mounting) Layers() ([]v1.Layer, error) {
	layers, err := m.Image.Layers()
	if err != nil {
		return nil, err
	}
	for i, l := range layers {
		h, err := l.Digest()
		if err != nil {
			return nil, err
		}
		if ref := m.from[h]; ref != nil {
			layers[i] = &remote.MountableLayer{Layer: l, Reference: ref}
		}
	}
	return layers, nil
}
