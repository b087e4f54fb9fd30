package fanout

import (
	"bufio"
	"io"
	"sort"
	"strconv"

	"github.com/lokki-build/lokki/internal/envelope"
)

// frames says where the frames of items.jsonl.gz begin: 16 bytes for each 16
// KiB of items, so that the batches need not be in memory.
type frames struct {
	starts []start
	items  int
	size   int64 // bytes of the object so far
}

// start is the beginning of a frame.
type start struct {
	item int   // index of its first item
	off  int64 // its first byte
}

// begin starts a frame at the current end.
func (f *frames) begin() { f.starts = append(f.starts, start{f.items, f.size}) }

// batch locates the n items from index i.
func (f *frames) batch(i, n int) envelope.Batch {
	first := f.holding(i)
	end := f.size
	if next := f.holding(i+n-1) + 1; next < len(f.starts) {
		end = f.starts[next].off
	}
	from := f.starts[first]
	return envelope.Batch{Index: i, Count: n, Offset: from.off, Length: end - from.off, Skip: i - from.item}
}

// holding returns the number of the frame that holds item i.
func (f *frames) holding(i int) int {
	return sort.Search(len(f.starts), func(k int) bool { return f.starts[k].item > i }) - 1
}

// writeBatches writes the array of all batches of size items; the last has the rest.
func (f *frames) writeBatches(to io.Writer, size int) error {
	w := bufio.NewWriterSize(to, bufferSize)
	w.WriteByte('[') // bufio keeps the first error for Flush
	var line []byte
	for i := 0; i < f.items; i += size {
		line = line[:0]
		if i > 0 {
			line = append(line, ",\n"...)
		}
		line = appendBatch(line, f.batch(i, min(size, f.items-i)))
		w.Write(line)
	}
	w.WriteByte(']')
	return w.Flush()
}

// appendBatch is a fast json.Marshal for the one type with millions of values.
func appendBatch(to []byte, b envelope.Batch) []byte {
	to = strconv.AppendInt(append(to, `{"i":`...), int64(b.Index), 10)
	to = strconv.AppendInt(append(to, `,"n":`...), int64(b.Count), 10)
	to = strconv.AppendInt(append(to, `,"off":`...), b.Offset, 10)
	to = strconv.AppendInt(append(to, `,"len":`...), b.Length, 10)
	to = strconv.AppendInt(append(to, `,"skip":`...), int64(b.Skip), 10)
	return append(to, '}')
}
