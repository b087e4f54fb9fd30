package awslimits

// Lambda, from
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html unless
// another page is named.
const (
	MinMemory        = 128     // MB of a function
	MaxMemory        = 10_240  // MB
	MinStorage       = 512     // MB of a function's /tmp
	MaxStorage       = 10_240  // MB
	EnvironmentBytes = 4096    // of the names and values of a function's variables
	PayloadBytes     = 6 << 20 // of a request and of a response

	// LambdaSeconds is the maximum timeout of a function
	// (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html). It was
	// 900 until November 2026.
	LambdaSeconds = 1800

	// Lambdas is how many an account runs at once in a Region, unless its quota was
	// raised. A new account has fewer, 10 at first, and AWS raises that with use.
	// The build doesn't know the account, and a map that is wider than the account only
	// waits: see the retry rules of every step in package graph.
	Lambdas = 1_000
)
