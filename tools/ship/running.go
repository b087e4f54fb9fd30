package ship

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/lokki-build/lokki/tools/ship/account"
)

// running warns of executions that the deployment would hit, or waits for them.
//
// Step Functions keeps an execution's definition, but its tasks name the functions
// without a version: from then on they run the new code.
func (c *Command) running(ctx context.Context, p proposal, machine string, hits []string, wait bool) error {
	client := sfn.NewFromConfig(p.target.account.Config)
	said := false
	for {
		names, err := running(ctx, client, machine)
		if err != nil || len(names) == 0 {
			return err
		}
		if !said {
			c.say("warning: %s would go on with another %s: %s", count(len(names)), strings.Join(hits, ", "), few(names))
			said = true
			if wait {
				c.say("waiting for them")
			} else {
				c.say("hint: --wait waits until they have ended")
			}
		}
		if !wait {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(5 * p.stack.Poll):
		}
	}
}

// maxRunning bounds how many running executions are listed.
const maxRunning = 1000

func running(ctx context.Context, client *sfn.Client, machine string) ([]string, error) {
	out, err := client.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning, MaxResults: maxRunning})
	if account.Code(err) == "StateMachineDoesNotExist" {
		return nil, nil
	}
	if err != nil {
		return nil, account.Explain(fmt.Errorf("listing the running executions: %w", err))
	}
	var names []string
	for _, e := range out.Executions {
		names = append(names, aws.ToString(e.Name))
	}
	return names, nil
}

func count(n int) string {
	switch {
	case n == 1:
		return "1 running execution"
	case n >= maxRunning:
		return fmt.Sprintf("at least %d running executions", n)
	}
	return fmt.Sprintf("%d running executions", n)
}

// few names some of many.
func few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
