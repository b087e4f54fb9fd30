package envelope

import "strconv"

// Keys derives the keys of a run's objects. Writer and reader derive the same keys,
// so only Reply.Items is ever passed on.
type Keys struct {
	Prefix string // first part of every key, without a slash at either end
	Flow   string
	Run    string
}

// The names of objects, at the end of their keys.
const (
	outputName  = "output.json.gz"
	itemsName   = "items.jsonl.gz"
	batchesName = "items.json"
)

// ObjectNames are the names of all objects that hold values.
var ObjectNames = []string{outputName, itemsName, batchesName}

// Output returns the key of the value that a step stored at a map path.
func (k Keys) Output(step, path string) string { return k.object(step, path, outputName) }

// Items returns the key of a list that the next map takes, in frames.
func (k Keys) Items(step, path string) string { return k.object(step, path, itemsName) }

// Batches returns the key of the array of Batch for Items.
func (k Keys) Batches(step, path string) string { return k.object(step, path, batchesName) }

func (k Keys) object(step, path, name string) string {
	return k.Prefix + "/" + k.Flow + "/" + k.Run + "/" + step + "/" + path + name
}

// Child returns the map path of the child that handles the batch starting at item
// index, in a map opened at path.
func Child(path string, index int) string { return path + strconv.Itoa(index) + "/" }

// Parent splits the map path of a child into the path its map was opened at
// and the index of the child's first item. It reports false at the top.
func Parent(path string) (outer string, index int, ok bool) {
	if path == "" {
		return "", 0, false
	}
	cut := len(path) - 1 // without the last slash
	for cut > 0 && path[cut-1] != '/' {
		cut--
	}
	index, err := strconv.Atoi(path[cut : len(path)-1])
	return path[:cut], index, err == nil
}
