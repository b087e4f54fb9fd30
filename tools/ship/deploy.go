package ship

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/ship/stack"
)

func diff(ctx context.Context, c *Command, a Artifacts, o options) error {
	p, err := c.propose(ctx, a, o)
	if err != nil || p.changes == nil {
		return err
	}
	for _, line := range p.names.Describe(p.changes.Changes) {
		fmt.Fprintln(c.Stdout, line)
	}
	return p.changes.Discard(ctx)
}

func deploy(ctx context.Context, c *Command, a Artifacts, o options) error {
	p, err := c.propose(ctx, a, o)
	if err != nil {
		return err
	}
	if p.changes == nil { // but the images may have been removed under the functions
		if err := c.push(ctx, p.target); err != nil {
			return err
		}
		c.outputs(p.state)
		return nil
	}
	for _, line := range p.names.Describe(p.changes.Changes) {
		c.say("%s", line)
	}
	if err := c.agree(ctx, p, o); err != nil {
		return errors.Join(err, p.changes.Discard(ctx))
	}
	if err := c.push(ctx, p.target); err != nil {
		return errors.Join(err, p.changes.Discard(ctx))
	}
	err = p.changes.Execute(ctx, func(e stack.Event) {
		if line := p.names.Event(e); line != "" {
			c.say("%s", line)
		}
	})
	if err != nil {
		return err
	}
	state, err := p.stack.State(ctx)
	if err != nil {
		return err
	}
	c.outputs(state)
	return nil
}

// proposal is a change set that waits for consent. Without changes, it is nil.
type proposal struct {
	target  *target
	stack   *stack.Stack
	state   stack.State
	names   stack.Names
	changes *stack.ChangeSet
}

// propose finds what a deployment would change.
func (c *Command) propose(ctx context.Context, a Artifacts, o options) (proposal, error) {
	t, err := a.open(ctx, o.env)
	if err != nil {
		return proposal{}, err
	}
	p := proposal{target: t, stack: stack.New(t.account, t.stack, a.Call)}
	if p.state, err = p.stack.State(ctx); err != nil {
		return p, err
	}
	if errors.Is(p.stack.Ready(p.state), stack.ErrInProgress) && o.wait {
		c.say("waiting for the deployment that is in progress")
		if p.state, err = p.stack.Await(ctx); err != nil {
			return p, err
		}
	}
	if p.state.Empty() {
		c.say("the first deployment failed and left an empty stack: deleting it")
		if err := p.stack.Delete(ctx, p.state, func(stack.Event) {}); err != nil {
			return p, err
		}
		p.state = stack.State{}
	}
	if err := p.stack.Ready(p.state); err != nil {
		return p, err
	}
	var deployed []byte
	if p.state.Exists() {
		if deployed, err = p.stack.Deployed(ctx); err != nil {
			return p, err
		}
	}
	p.names = t.names(deployed)
	next, err := t.template(ctx, p.state, o)
	if err != nil {
		return p, err
	}
	p.changes, err = p.stack.Propose(ctx, p.state, next)
	if err != nil {
		return p, err
	}
	how := "changes in"
	switch {
	case p.changes == nil:
		how = "nothing changes in"
	case !p.state.Exists():
		how = "a new stack"
	}
	c.say("%s: %s %s", t.Flow, how, strings.TrimSpace(t.stack+", "+t.place()))
	if p.changes != nil && p.state.Exists() {
		c.say("%s", p.code())
	}
	return p, nil
}

// code says which steps have new code and which don't.
func (p proposal) code() string {
	var changed, same []string
	for _, i := range p.target.Images {
		list := &same
		for id := range p.names.NewCode {
			if p.names.Steps[id] == i.Step {
				list = &changed
			}
		}
		*list = append(*list, i.Step)
	}
	say := func(steps []string) string {
		if len(steps) == 0 {
			return "none"
		}
		return strings.Join(steps, ", ")
	}
	return "new code: " + say(changed) + "; the same code: " + say(same)
}

// agree asks whether to go on, after saying what it would do to data and to running
// executions.
func (c *Command) agree(ctx context.Context, p proposal, o options) error {
	if losses := p.names.Losses(p.changes.Changes); len(losses) > 0 && !o.dataLoss {
		return fmt.Errorf("this would %s, and data with it\nhint: --allow-data-loss does it", strings.Join(losses, ", "))
	}
	if machine := p.state.Outputs["StateMachineArn"]; machine != "" {
		if hits := p.names.Hits(p.changes.Changes); len(hits) > 0 {
			if err := c.running(ctx, p, machine, hits, o.wait); err != nil {
				return err
			}
		}
	}
	return c.ask("deploy?", o.yes)
}

// ask asks on a terminal; elsewhere, consent is --yes.
func (c *Command) ask(question string, yes bool) error {
	if yes {
		return nil
	}
	if !c.Terminal {
		return usageError{errors.New("this is not a terminal, so nobody can be asked\nhint: --yes agrees")}
	}
	fmt.Fprint(c.Stderr, question+" [y/N] ")
	answer, err := bufio.NewReader(c.Stdin).ReadString('\n')
	if err != nil && answer == "" {
		return errors.New("no answer: nothing was changed")
	}
	if answer := strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}

// template is the template with the environment's parameters. One that is too large
// for a request goes through a bucket.
func (t *target) template(ctx context.Context, state stack.State, o options) (stack.Template, error) {
	next := stack.Template{Body: string(t.Template), Parameters: t.parameters, Tags: t.Tags, Role: t.Role, Express: o.express}
	if t.Parsed.Inline() {
		return next, nil
	}
	bucket := o.bucket
	for _, other := range []string{t.parameters["ArtifactBucketName"], state.Outputs["ArtifactBucketName"]} {
		if bucket == "" {
			bucket = other
		}
	}
	if bucket == "" {
		return next, fmt.Errorf("the template has %d bytes, and CloudFormation takes more than %d only from a bucket, which this stack doesn't have yet\n"+
			"hint: name one of this account with --template-bucket, or set the parameter ArtifactBucketName", len(t.Template), awslimits.InlineTemplateBytes)
	}
	var err error
	next.URL, err = t.upload(ctx, bucket)
	return next, err
}

// outputs says where to go on.
func (c *Command) outputs(s stack.State) {
	if s.Status == types.StackStatusUpdateCompleteCleanupInProgress {
		c.say("CloudFormation still removes what was replaced")
	}
	if arn := s.Outputs["StateMachineArn"]; arn != "" {
		fmt.Fprintln(c.Stdout, arn)
	}
}
