package registry

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// tagPrefix starts all tags of a stack.
//
// Lambda doesn't keep ECR from expiring the images of its functions, and
// lifecycle rules commonly remove untagged ones. So each digest keeps one tag for
// each stack that was deployed with it, however many digests follow, because a
// rollback returns to an older one.
func tagPrefix(accountID, region, stack string) string {
	sum := sha256.Sum256([]byte(accountID + "/" + region + "/" + stack))
	return fmt.Sprintf("lokki-%.40s-%x-", stack, sum[:4])
}

// tag is the image's tag for the stack. It names the digest, so it never moves and
// the repository can be immutable.
func (r *Registry) tag(i Image) (name.Tag, error) {
	repository, digest, ok := strings.Cut(i.URI, "@sha256:")
	if !ok || len(digest) != 64 {
		return name.Tag{}, fmt.Errorf("the template's image of %s is %s: want a digest", i.Step, i.URI)
	}
	tag, err := name.NewTag(repository+":"+tagPrefix(r.Account.ID, r.Account.Region, r.Stack)+digest[:32], name.StrictValidation)
	if err != nil {
		return name.Tag{}, fmt.Errorf("reading the name of the image of %s: %w", i.Step, err)
	}
	return tag, nil
}

func splitARN(arn string) []string { return strings.SplitN(arn, ":", 6) }
