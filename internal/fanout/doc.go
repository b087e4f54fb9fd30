// Package fanout stores lists for a map and reads them back: a list goes out as
// two objects, however long it is, and the results come back in index order.
//
//	a list ──Store──► items.jsonl.gz + items.json ──ReadBatch──► a child's items
//	a child's results ──WriteLines──► output.json.gz ──Gather──► a list
//
// All values here are JSON as bytes, passed on unchanged. Every object is JSON
// Lines in gzip: one line for each value, so the output of a child that handled
// one item is that item's plain value.
package fanout

// FrameSize is the least number of bytes of JSON Lines in a frame of
// items.jsonl.gz but the last; a single item that is larger has its own frame.
// A child that handles one item reads all of its frame, and a gzip member for less
// than this costs the writer more: bench/README.md has the figures.
const FrameSize = 16 << 10

// bufferSize is of what is read and written in pieces, in bytes.
const bufferSize = 64 << 10

// MaxObject bounds what an object may unpack to, in bytes. It is the most
// memory a Lambda can have.
const MaxObject = 10 << 30
