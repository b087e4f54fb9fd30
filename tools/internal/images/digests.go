package images

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/internal/manifest"
)

// ReadDigests returns the digests of the manifest's targets. Each argument is a
// target, "=" and a file with the digest, with or without a newline. Labels and paths
// may contain "=" too, so the manifest determines where a label ends.
func ReadDigests(m manifest.Manifest, args []string, read func(path string) ([]byte, error)) (map[string]string, error) {
	digests := map[string]string{}
	var problems []error
	for _, arg := range args {
		target, path := split(m, arg)
		if target == "" {
			problems = append(problems, fmt.Errorf("digest %q belongs to no target in steps of %s", arg, m.Flow))
			continue
		}
		data, err := read(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("reading the digest of %s: %w", target, err))
			continue
		}
		digests[target] = strings.TrimSpace(string(data))
	}
	return digests, errors.Join(problems...)
}

// split finds the longest target that arg begins with.
func split(m manifest.Manifest, arg string) (target, path string) {
	for _, s := range m.Steps {
		if rest, ok := strings.CutPrefix(arg, s.Target+"="); ok && len(s.Target) > len(target) {
			target, path = s.Target, rest
		}
	}
	return target, path
}
