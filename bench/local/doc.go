// Command local measures the local run against its targets and against what
// one would write without lokki. README.md in the folder above has the figures.
//
//	go run ./bench/local            # 10 minutes on a busy machine
//	go run ./bench/local -rounds 1  # a look
//
// Each way is run in a process of its own, one after the other in each round,
// so that what else the machine does falls on all. Processor time and memory are
// those that the system counts for the process; the least of the rounds counts,
// as what else runs only adds to them.
package main
