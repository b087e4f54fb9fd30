// Package bench measures the data plane against its targets and against code
// written without lokki. README.md has the baseline.
//
//	go run ./bench/dataplane
//
// A figure and its alternative are measured in the same run, one after the
// other in each round, against the same real S3 server over the same path, so
// that other load on the machine affects both.
package bench
