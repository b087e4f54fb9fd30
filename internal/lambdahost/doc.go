// Package lambdahost runs a Lambda worker on this machine: it starts the
// program and speaks the Lambda Runtime API with it over HTTP on loopback
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
//
// A Host is one execution environment: it serves one invocation at a time,
// keeps its process between them, kills it at the timeout, and starts another
// after it has exited. The program sees only the environment it is given.
//
// With Config.Sandbox, which needs root on Linux, the program has a folder as
// its root, runs as an unprivileged user who can write to /tmp only, and has
// its own PID, mount, IPC and UTS namespaces. With Sandbox.Tmp its root is
// read-only and /tmp limited in size, and with Config.LimitMemory it is killed
// when it exceeds its memory. CPU and network are not limited.
package lambdahost
