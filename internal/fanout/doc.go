// Package fanout stores lists for a map and reads them back: a list is stored as
// two objects, however long it is, and the results are read in index order.
//
//	a list ──Store──► items.jsonl.gz + items.json ──ReadBatch──► a child's items
//	a child's results ──WriteLines──► output.json.gz ──Gather──► a list
//
// All values here are bytes of JSON, passed on unchanged. Every object is JSON
// Lines in gzip: one line for each value, so the output of a child that handled
// one item is that item's plain value.
package fanout

// FrameSize is the maximum size of a frame of items.jsonl.gz, in bytes of JSON Lines;
// a single item that is larger has its own frame. A child that handles one item reads
// its whole frame, but smaller frames cost the writer more: bench/README.md has the
// figures.
const FrameSize = 16 << 10

// bufferSize is the size of buffers for streams, in bytes.
const bufferSize = 64 << 10

// MaxObject limits the decompressed size of an object, in bytes. It is the maximum
// memory of a Lambda.
const MaxObject = 10 << 30
