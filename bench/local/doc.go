// Command local measures the local run against its targets and against code
// written without lokki. README.md in the folder above has the figures.
//
//	go run ./bench/local            # 10 minutes on a busy machine
//	go run ./bench/local -rounds 1  # a quick look
//
// Each way runs in a separate process, one after the other in each round, so
// that other load on the machine affects all of them. Processor time and memory
// are those that the system counts for the process; the lowest of the rounds
// counts, since other load only adds to them.
package main
