// Package entrypoint has a package for each kind of main package that the Bazel rules
// generate around a user's function: a step's Lambda, a flow's graph, its local run,
// and the code that identifies a step. They are separate so that each program links
// only what it needs. Only generated code calls them, and they change with the rules.
package entrypoint
