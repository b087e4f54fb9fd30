package ship

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lokki-build/lokki/tools/ship/policy"
)

// permissions prints a policy as JSON. It needs no credentials where the environment
// has an account and a Region.
func permissions(ctx context.Context, c *Command, a Artifacts, o options) error {
	if len(o.args) != 1 {
		return usageError{errors.New("whose permissions?\nhint: give one of deploy, run and ci")}
	}
	t, err := a.offline(ctx, o.env)
	if err != nil {
		return err
	}
	images, err := t.images()
	if err != nil {
		return err
	}
	in := policy.Input{Stack: t.resolved, Role: t.Role, Inline: t.Parsed.Inline(), Prefix: remains{target: t}.prefix(), Flow: t.Flow}
	for _, i := range images {
		in.Repositories = append(in.Repositories, strings.TrimSuffix(i.URI, "@"+i.Digest))
	}
	var document any
	switch o.args[0] {
	case "deploy":
		document = in.Deploy()
	case "run":
		document = in.Run()
	case "ci":
		if !repositoryName.MatchString(o.repository) {
			return usageError{fmt.Errorf("--repository is %q; want OWNER/NAME\nhint: GitHub repositories made since July 2026 have ids in their tokens: OWNER@ID/NAME@ID", o.repository)}
		}
		document = map[string]any{"trust": in.Trust(o.repository, t.env), "permissions": in.Deploy()}
	default:
		return usageError{fmt.Errorf("there are no permissions %q\nhint: give one of deploy, run and ci", o.args[0])}
	}
	data, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the policy: %w", err)
	}
	_, err = fmt.Fprintf(c.Stdout, "%s\n", data)
	return err
}

var repositoryName = regexp.MustCompile(`^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$`)
