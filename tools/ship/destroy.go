package ship

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/lokki-build/lokki/tools/ship/stack"
)

// destroy deletes the stack, and what stays of it if asked. It can be called again
// after any interruption: CloudFormation remembers what a deleted stack left.
func destroy(ctx context.Context, c *Command, a Artifacts, o options) error {
	t, err := a.open(ctx, o.env)
	if err != nil {
		return err
	}
	d, err := t.remains(ctx, a.Call)
	if err != nil {
		return err
	}
	if d.id == "" && !o.images {
		c.say("there is no stack %s in %s", t.stack, t.place())
		return nil
	}
	if err := d.describe(ctx, c, o); err != nil {
		return err
	}
	if err := c.ask("destroy?", o.yes); err != nil {
		return err
	}
	if d.state.Status != "" {
		err := d.stack.Delete(ctx, d.state, func(e stack.Event) {
			if line := d.names.Event(e); line != "" {
				c.say("%s", line)
			}
		})
		if err != nil {
			return err
		}
	}
	if o.data && d.id != "" {
		if err := d.deleteValues(ctx, c); err != nil {
			return err
		}
	}
	if o.images {
		return d.deleteImages(ctx, c)
	}
	return nil
}

// remains is what there is of a stack.
type remains struct {
	*target
	stack     *stack.Stack
	id        string // "" if there never was such a stack
	state     stack.State
	names     stack.Names
	resources []stack.Resource
	deployed  []byte // the stack's template
}

func (t *target) remains(ctx context.Context, call string) (d remains, err error) {
	d = remains{target: t, stack: stack.New(t.account, t.stack, call)}
	if d.state, err = d.stack.State(ctx); err != nil {
		return d, err
	}
	if d.id = d.state.ID; d.id == "" {
		if d.id, err = d.stack.Deleted(ctx); err != nil || d.id == "" {
			return d, err
		}
	} else if d.deployed, err = d.stack.Deployed(ctx); err != nil {
		return d, err
	}
	d.names = t.names(d.deployed)
	d.resources, err = d.stack.Resources(ctx, d.id)
	return d, err
}

// describe says what goes and what stays, and refuses what can't be done.
func (d remains) describe(ctx context.Context, c *Command, o options) error {
	if d.state.Protected {
		return fmt.Errorf("the stack %s is protected against deletion\nhint: aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name %s",
			d.target.stack, d.target.stack)
	}
	if strings.HasSuffix(string(d.state.Status), "_IN_PROGRESS") && d.state.Exists() {
		return fmt.Errorf("%w\nhint: repeat the command when it has ended", stack.ErrInProgress)
	}
	c.say("%s: the stack %s, %s", d.Flow, d.target.stack, d.place())
	if d.state.Status == "" {
		c.say("         it is deleted already")
	} else {
		c.say("goes     %d resources: functions, roles, logs, the state machine", len(d.resources)-len(d.kept()))
	}
	if machine := d.state.Outputs["StateMachineArn"]; machine != "" {
		names, err := running(ctx, sfn.NewFromConfig(d.account.Config), machine)
		if err != nil {
			return err
		}
		if len(names) > 0 {
			c.say("warning: this ends %s: %s", count(len(names)), few(names))
		}
	}
	word, data := "stays", "; --data deletes them"
	if o.data {
		word, data = "goes ", ""
	}
	if bucket, own := d.bucket(); bucket != "" && own {
		c.say("%s    the bucket %s with all values%s", word, bucket, data)
	} else if bucket != "" {
		c.say("%s    the values of this stack's runs in the bucket %s%s", word, bucket, data)
	}
	if o.images {
		c.say("goes     its images, unless another stack uses them")
	} else {
		c.say("stays    its images; --images deletes them")
	}
	return nil
}

// kept are the resources that outlive the stack.
func (d remains) kept() []stack.Resource {
	return slices.DeleteFunc(slices.Clone(d.resources), func(r stack.Resource) bool {
		return !r.Kept && r.ID != "ArtifactBucket" && r.ID != "ArtifactBucketPolicy"
	})
}

// bucket is the bucket of the values; own is whether the stack created it.
func (d remains) bucket() (name string, own bool) {
	for _, r := range d.resources {
		if r.ID == "ArtifactBucket" {
			return r.Name, true
		}
	}
	if name := d.state.Outputs["ArtifactBucketName"]; name != "" {
		return name, false
	}
	return d.parameters["ArtifactBucketName"], false
}

var repositoryForm = regexp.MustCompile(`\$\{Registry\}/([a-z0-9._/-]+)@sha256:`)

// deleteImages removes the stack's tags from the repositories of this build and of
// the deployed template.
func (d remains) deleteImages(ctx context.Context, c *Command) error {
	images, err := d.images()
	if err != nil || len(images) == 0 {
		return err
	}
	// Everything before the repository's own name is the same for all images.
	base := strings.TrimSuffix(images[0].URI, d.Images[0].Repository+"@"+d.Images[0].Digest)
	host, prefix, _ := strings.Cut(base, "/")
	owner, _, _ := strings.Cut(host, ".")
	var repositories []string
	for _, i := range d.Images {
		repositories = append(repositories, prefix+i.Repository)
	}
	for _, m := range repositoryForm.FindAllStringSubmatch(string(d.deployed), -1) {
		repositories = append(repositories, prefix+m[1])
	}
	slices.Sort(repositories)
	repositories = slices.Compact(repositories)
	removed, err := d.registry(nil).Remove(ctx, repositories, owner)
	if err != nil {
		return err
	}
	c.say("images   deleted; %d of %d repositories were empty then, and are deleted too", len(removed), len(repositories))
	return nil
}
