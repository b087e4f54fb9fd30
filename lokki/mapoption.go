package lokki

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/chain"
)

// Batch lets one child of a map handle n items, one after the other; the last
// child handles the rest. The default is 1. Every child costs a workflow, a
// Lambda invocation and two requests to S3, so a map of many quick items is
// faster and cheaper in batches. Batches fail, are retried and time out as a
// whole. A map that contains another map can't have batches.
func Batch(n int) MapOption {
	return mapOption(func(node *chain.Node) {
		node.Once("Batch")
		node.Options.Batch = n
		if n < 1 {
			node.Refuse(fmt.Sprintf("Batch of %d items", n), "give 1 or more")
		}
	})
}

// Concurrency limits how many children of a map run at the same time, 1 to
// 10,000; a map inside a map has that many for each item of the outer one. By
// default all maps of a flow together stay within 1,000 children, AWS's default
// quota of concurrent Lambdas: two nested maps run 31 times 32.
// A map that contains others has at most 999, since each of its children opens
// another map run, of which an account may have 1,000.
//
// All functions of an account share its Lambdas, and a new account has fewer than
// 1,000: often 10, which AWS raises with use. This command shows how many:
//
//	aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions
//
// Request more in the console of Service Quotas ("Concurrent executions" of
// AWS Lambda). Throttled calls are retried for hours, so a map that is too wide is
// not an error, but each retry costs a state transition, and the children of an
// [Express] map don't live that long. On a small account, give maps as many
// children as it has Lambdas. The estimate, birds.cost.txt, shows the cost of
// not doing so.
func Concurrency(n int) MapOption {
	return mapOption(func(node *chain.Node) {
		node.Once("Concurrency")
		node.Options.Concurrency = n
		if n < 1 {
			node.Refuse(fmt.Sprintf("Concurrency of %d", n), "give 1 to 10000")
		}
	})
}

// TolerateFailures lets a map continue when up to this percentage of its children
// fail: more than 0, up to 100. In a map with [Batch] a child is a batch. The
// aggregation gets the results of the others, in order. If a result is missing
// although its child did not fail, for example because it was deleted, the
// aggregation fails with "Lokki.MissingValue". By default the first failure fails
// the flow.
func TolerateFailures(percent float64) MapOption {
	return mapOption(func(n *chain.Node) {
		n.Once("TolerateFailures")
		n.Options.Tolerate = percent
		if !(percent > 0) {
			n.Refuse(fmt.Sprintf("TolerateFailures of %v percent", percent), "give more than 0, up to 100, or leave it out")
		}
	})
}

// Express runs the children of a map as Express workflows, which start ten
// times as fast and are billed by time instead of by step. A child has 5 minutes
// for all its steps, including waiting for a Lambda (see [Concurrency]), has no
// history of its own, and can't contain another map.
func Express() MapOption {
	return mapOption(func(n *chain.Node) {
		n.Once("Express")
		n.Options.Express = true
	})
}
