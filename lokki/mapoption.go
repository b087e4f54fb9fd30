package lokki

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/chain"
)

// Batch lets one child of a map handle n items, one after the other; the last
// one handles what is left. It is 1 by default. Every child costs a workflow, a
// Lambda invocation and two requests to S3, so a map of many quick items is
// faster and cheaper in batches. They fail, are retried and time out as a
// whole. A map that holds another one can't have batches.
func Batch(n int) MapOption {
	return mapOption(func(node *chain.Node) {
		node.Once("Batch")
		node.Options.Batch = n
		if n < 1 {
			node.Refuse(fmt.Sprintf("Batch of %d items", n), "give 1 or more")
		}
	})
}

// Concurrency bounds how many children of a map run at the same time, 1 to
// 10,000: a map inside a map has as many for each item of the outer one. By
// default all maps of a flow together stay within 1,000 children, AWS's default
// quota of Lambdas: two maps inside each other run 31 times 32.
// A map with others inside has no more than 999, as each of its children opens
// a map run of its own, of which an account has 1,000.
//
// All functions of an account share its Lambdas, and a new account has fewer than
// 1,000: often 10, which AWS raises as they are used. This shows how many:
//
//	aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions
//
// More are asked for in the console of Service Quotas ("Concurrent executions" of
// AWS Lambda). Calls that find no Lambda are tried again until they find one, for
// hours, so a map that is too wide is no error, but each retry costs a state
// transition, and the children of an [Express] map don't live that long. On a
// small account, give maps as many children as it has Lambdas. The estimate,
// birds.cost.txt, says what it costs not to.
func Concurrency(n int) MapOption {
	return mapOption(func(node *chain.Node) {
		node.Once("Concurrency")
		node.Options.Concurrency = n
		if n < 1 {
			node.Refuse(fmt.Sprintf("Concurrency of %d", n), "give 1 to 10000")
		}
	})
}

// TolerateFailures lets a map go on when children fail, up to this percentage
// of them: more than 0, up to 100. In a map with [Batch] a child is a batch. The
// aggregation gets the results of the others, in order. A result that is missing although its
// child did not fail, as when it was deleted, fails the aggregation as
// "Lokki.MissingValue". By default the first failure fails the flow.
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
// times as fast and are paid by their time instead of their steps. A child has
// 5 minutes for all its steps, waiting for a Lambda included (see [Concurrency]), has
// no history of its own, and can't hold another map.
func Express() MapOption {
	return mapOption(func(n *chain.Node) {
		n.Once("Express")
		n.Options.Express = true
	})
}
