// Package bench measures the data plane against its targets and against what
// one would write without lokki. README.md has the baseline.
//
//	go run ./bench/dataplane
//
// Every figure with an alternative is measured with it in the same run, one
// after the other in each round, against the same real S3 server by the same
// way, so that what else the machine does falls on both.
package bench
