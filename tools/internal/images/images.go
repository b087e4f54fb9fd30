// Package images lists which image each function of a flow runs:
// birds.images.json, for the template and for whatever pushes the images.
package images

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/lokki-build/lokki/internal/graph"
	"github.com/lokki-build/lokki/internal/manifest"
	"github.com/lokki-build/lokki/internal/plan"
)

// List is the images of one flow, in the order of first use. Its JSON is an
// object with a member for each step.
type List []Image

// Image is the image of one function.
type Image struct {
	Step         string `json:"-"`            // name of the function's first use, as in "get-birds"; the member's name
	Function     string `json:"function"`     // as in "example.com/birds.GetBirds"
	Target       string `json:"target"`       // label of the lokki_step
	Architecture string `json:"architecture"` // "arm64" or "amd64"
	Repository   string `json:"repository"`   // in the registry, as in "birds-flow/get-birds"
	Digest       string `json:"digest"`       // of the image's manifest, as in "sha256:…"
}

// The patterns of names, after
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
// and https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests.
var (
	repositoryForm = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$`)
	digestForm     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// maxRepository is ECR's limit, in characters.
const maxRepository = 256

// New lists the images of g, whose steps are those of m. digests has each
// target's digest. The error joins all problems.
func New(g graph.Graph, m manifest.Manifest, digests map[string]string) (List, error) {
	if err := errors.Join(g.Validate(), m.Match(g)); err != nil {
		return nil, err
	}
	var list List
	var problems []error
	for _, f := range plan.New(g).Functions() {
		// Match has found one step for each function.
		s := m.Steps[slices.IndexFunc(m.Steps, func(s manifest.Step) bool { return s.Function == f.Symbol })]
		digest, ok := digests[s.Target]
		if !ok {
			problems = append(problems, fmt.Errorf("%s: no digest of its image", s.Target))
			continue
		}
		list = append(list, Image{
			Step:         f.Name,
			Function:     f.Symbol,
			Target:       s.Target,
			Architecture: s.Architecture,
			Repository:   g.Flow + "/" + f.Name,
			Digest:       digest,
		})
	}
	return list, errors.Join(append(problems, list.Validate())...)
}

// Validate reports, joined, what ECR or Lambda would reject.
func (l List) Validate() error {
	var problems []error
	for _, i := range l {
		if !repositoryForm.MatchString(i.Repository) || len(i.Repository) > maxRepository {
			problems = append(problems, fmt.Errorf("%s: %q can't be the name of an ECR repository (lowercase, %d characters at most)",
				i.Target, i.Repository, maxRepository))
		}
		if !digestForm.MatchString(i.Digest) {
			problems = append(problems, fmt.Errorf("%s: digest %q: want sha256: and 64 hexadecimal digits", i.Target, i.Digest))
		}
	}
	return errors.Join(problems...)
}

// Encode writes the list as indented JSON with a trailing newline.
func (l List) Encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for n, i := range l {
		if n > 0 {
			b.WriteByte(',')
		}
		image, err := json.Marshal(i)
		if err != nil {
			return nil, fmt.Errorf("encoding the image of %s: %w", i.Step, err)
		}
		fmt.Fprintf(&b, "%q:%s", i.Step, image) // a step's name needs no escapes
	}
	b.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "  "); err != nil {
		return nil, fmt.Errorf("encoding the list of images: %w", err)
	}
	return append(out.Bytes(), '\n'), nil
}

// Decode reads what Encode wrote, strictly.
func Decode(data []byte) (List, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	list, err := decode(dec)
	if err != nil {
		return nil, fmt.Errorf("decoding the list of images: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("decoding the list of images: more than one JSON value")
	}
	return list, list.Validate()
}

// decode keeps the order of the members, which a Go map would lose.
func decode(dec *json.Decoder) (List, error) {
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.Join(err, errors.New("want an object with a member for each step"))
	}
	var list List
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		image := Image{Step: name.(string)} // a member's name: the decoder has checked that
		if err := dec.Decode(&image); err != nil {
			return nil, fmt.Errorf("%s: %w", image.Step, err)
		}
		list = append(list, image)
	}
	_, err := dec.Token()
	return list, err
}
