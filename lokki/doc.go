// Package lokki turns plain Go functions into data pipelines on AWS Step
// Functions, built by Bazel.
//
// # Steps
//
// A step is a top-level function that takes a context and one value, and
// returns one value and an error. It is written, tested and called like any
// other function; nothing in it knows about AWS:
//
//	type Input struct {
//		Count int `json:"count"`
//	}
//
//	func GetBirds(ctx context.Context, in Input) ([]string, error)
//	func FlapBird(ctx context.Context, bird string) (string, error)
//	func JoinBirds(ctx context.Context, birds []string) (string, error)
//
// Each step becomes a Lambda function with its own image. Arguments and
// results travel between them as JSON, so their types must be ones that
// encoding/json writes and reads back without loss: no unexported fields
// (unless they are tagged `json:"-"`), no two fields with one name, no functions,
// channels or interfaces with methods, and MarshalJSON only with UnmarshalJSON.
// The build refuses other types, and says where and why. A step never sees memory
// that another step can change.
//
// # Flows
//
// A flow is a function that says which step takes which result. It runs when
// the flow is built, not when data flows, and the flow is named after it:
//
//	func BirdsFlow() lokki.Flow[string] {
//		birds := lokki.Start(GetBirds, Input{Count: 3})
//		flapped := lokki.Map(birds, FlapBird)
//		return lokki.Agg(flapped, JoinBirds)
//	}
//
// There are four verbs:
//
//   - [Start] begins the chain with a step that takes the execution's input.
//   - [Then] continues with a step that takes the whole value.
//   - [Map] opens a map: from here on, everything runs once for each item of a list.
//   - [Agg] closes the map with a step that takes the list of all results.
//
// Maps nest: a Map inside a map runs for each item of each item, and every Agg
// closes the innermost open map.
//
// A flow is one chain: one step takes each value, and the flow function returns
// the last. A second step that takes a value would never run, so the build
// refuses it with the positions of both calls:
//
//	a := lokki.Start(A, In{})
//	lokki.Then(a, Notify) // an error: the flow's result doesn't depend on it
//	return lokki.Then(a, Count)
//
// Each call of a flow function begins with its own Start. A Start in a
// package variable is refused, since flows could share it. A helper that two
// flow functions call is fine.
//
// # What the compiler checks
//
// A [Value] carries the type of its data and its scope, the maps around it. A
// step that does not take what the previous step returns, an Agg outside a
// map, and a flow function that returns from inside a map do not compile. What
// the types can't express is checked when the flow is built, and all problems are
// reported at once; [Validate] does the same in a test. The main rule there: a
// step must be a named top-level function, since its binary calls it by name. A
// closure, a method value or an instance of a generic function has no such
// name.
//
// # Names
//
// Names come from the functions: GetBirds is step "get-birds", BirdsFlow is
// flow "birds-flow". A function that is used twice in a flow is "get-birds" the
// first time and "get-birds-2" the second. Names of step and flow functions
// consist of the letters A to Z, digits and underscores, as names on AWS do.
//
// A lokki_flow knows its flow function. Where only the value is known, as in
// [Validate] and runner.Run, the flow function is the innermost exported function
// in which all calls of the flow were made, except helpers and generic functions.
//
// # Input
//
// The second argument of Start holds the defaults. An execution's input
// overrides them field by field, by the names in the JSON tags: with
//
//	{"count": 2}
//
// GetBirds gets Input{Count: 2}. Unknown fields and wrong types are refused. A
// time.Duration may be given as text, such as "5m".
//
// # Errors
//
// A step that returns an error, or panics, fails the flow. On AWS it is retried
// only where that helps: when Lambda or the store of values failed, and
// when the step marked its error with [Transient]. [Permanent] marks an error
// that must never be retried. A step's result is stored once: repeating a step
// doesn't change what others have read.
//
// # Options
//
// Options for a step or a map are given where it is used, after the function:
//
//		flapped := lokki.Map(birds, FlapBird,
//			lokki.Batch(100),
//			lokki.Timeout(30*time.Second),
//			lokki.Retry[*Throttled](lokki.Backoff{Attempts: 5, Jitter: true}))
//
//	  - [Timeout] limits one attempt of a step, and [Retry] retries it after errors of a type.
//	  - [Batch] lets one child of a map handle many items, [Concurrency] limits the
//	    children that run at once, [TolerateFailures] lets the map continue without
//	    some of them, and [Express] runs them as Express workflows.
//
// They apply on AWS and in the local run alike. Memory, architecture and
// environment of a step's Lambda are set on its lokki_step.
//
// # Building
//
// In Bazel, lokki_step builds an image of a function, and lokki_flow builds the
// state machine, the template and the local run of a flow:
//
//	load("@lokki//rules:defs.bzl", "lokki_flow", "lokki_step")
//
//	lokki_step(name = "get_birds", library = ":birds_lib")
//	lokki_step(name = "flap_bird", library = ":birds_lib", memory = 1024)
//	lokki_step(name = "join_birds", library = ":birds_lib")
//	lokki_flow(name = "birds", library = ":birds_lib", steps = [":get_birds", ":flap_bird", ":join_birds"])
//
// "bazel build //flows:birds" writes what is deployed, and
// "bazel run //flows:birds_local -- --input '{"count": 2}'" runs the flow locally
// in one process. In Go, for example in a test, that is runner.Run.
package lokki
