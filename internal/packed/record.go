package packed

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strconv"
	"strings"
)

// A pack is text: a header line, then a line for each record, with a tab before
// each value:
//
//	<CRC-32C of the rest, 8 hex digits> <key in the run's folder>[ <split>]\t<value>…
//
// The values of an output are those of a batch. The key of a list is that of its
// items; split is how many of them one child of the map takes. The codec's JSON has
// neither tabs nor line breaks.
const header = "# lokki pack 1: a line each of checksum, key and values; see docs/local-run.md\n"

// maxRecord limits what goes into a pack, in bytes of values: larger ones get their own file.
const maxRecord = 256 << 10

// maxLine is the maximum length of a line: values, key, checksum and split.
const maxLine = maxRecord + 2048

const (
	itemsName   = "/items.jsonl.gz"
	batchesName = "/items.json"
)

// record is one line, as bytes of the pack.
type record struct {
	key    []byte
	split  int // for a list
	values []byte
	count  int // number of values; the first may be empty only if there is none
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumLen is the length of the checksum and the space after it.
const sumLen = 9

// appendRecord writes a record as a line.
func appendRecord(to []byte, key string, split int, values [][]byte) []byte {
	begin := len(to)
	to = append(to, "00000000 "...)
	to = append(to, key...)
	if split > 0 {
		to = strconv.AppendInt(append(to, ' '), int64(split), 10)
	}
	for _, v := range values {
		to = append(append(to, '\t'), v...)
	}
	sum := checksum(to[begin+sumLen:])
	copy(to[begin:], sum[:])
	return append(to, '\n')
}

// checksum returns the checksum of the rest of a line, as written.
func checksum(rest []byte) (sum [sumLen - 1]byte) {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], crc32.Checksum(rest, castagnoli))
	hex.Encode(sum[:], raw[:])
	return sum
}

var errRecord = errors.New("the record is damaged")

// parseRecord parses a line without its line break, and verifies its checksum.
func parseRecord(line []byte) (record, error) {
	if len(line) < sumLen || line[sumLen-1] != ' ' {
		return record{}, errRecord
	}
	rest := line[sumLen:]
	if sum := checksum(rest); string(sum[:]) != string(line[:sumLen-1]) {
		return record{}, errRecord
	}
	var r record
	head, values, some := bytes.Cut(rest, []byte{'\t'})
	if some {
		r.values, r.count = values, bytes.Count(values, []byte{'\t'})+1
	}
	key, split, list := bytes.Cut(head, []byte{' '})
	r.key = key
	if list {
		n, err := strconv.Atoi(string(split))
		if err != nil || n < 1 || !strings.HasSuffix(string(key), itemsName) {
			return record{}, errRecord
		}
		r.split = n
	}
	return r, nil
}

// all returns the values, each of which can be changed or grown without affecting the
// others.
func (r record) all() [][]byte {
	values := make([][]byte, 0, r.count)
	left := r.values
	for range r.count {
		v, rest, _ := bytes.Cut(left, []byte{'\t'})
		values, left = append(values, v[:len(v):len(v)]), rest
	}
	return values
}

// packable reports whether values fit in a record.
func packable(values [][]byte) bool {
	size := 0
	for _, v := range values {
		size += len(v) + 1
		if size > maxRecord || len(v) == 0 || hasBreak(v) {
			return false
		}
	}
	return true
}
