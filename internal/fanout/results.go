package fanout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/store"
)

// Failed reads which children of a map failed from the files that Step Functions'
// ResultWriter wrote at the end of the map: the manifest with the given key, and the
// files that it lists. It calls child with the index of each failed child's first
// item. Only one child is in memory at a time. The format is described in
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html.
func Failed(ctx context.Context, s store.Store, manifest string, child func(first int)) error {
	var m struct {
		ResultFiles struct {
			Failed []struct{ Key string } `json:"FAILED"`
		}
	}
	err := open(ctx, s, manifest, func(dec *json.Decoder) error { return dec.Decode(&m) })
	for _, file := range m.ResultFiles.Failed {
		if err != nil {
			break
		}
		err = open(ctx, s, file.Key, func(dec *json.Decoder) error { return failedIn(dec, child) })
	}
	return err
}

func open(ctx context.Context, s store.Store, key string, read func(*json.Decoder) error) error {
	body, err := s.Get(ctx, key, 0, -1)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := read(json.NewDecoder(body)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// failedIn reads one file: an array with the children's inputs as strings of JSON.
func failedIn(dec *json.Decoder, child func(first int)) error {
	if _, err := dec.Token(); err != nil { // the array's bracket
		return err
	}
	for dec.More() {
		var execution struct{ Name, Input string }
		if err := dec.Decode(&execution); err != nil {
			return err
		}
		var input struct {
			Batch *struct {
				I int `json:"i"`
			} `json:"batch"`
		}
		if err := json.Unmarshal([]byte(execution.Input), &input); err != nil || input.Batch == nil {
			return fmt.Errorf("the input of child %s names no batch", execution.Name)
		}
		child(input.Batch.I)
	}
	_, err := dec.Token()
	return err
}
