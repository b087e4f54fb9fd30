package interpreter

import (
	"bufio"

	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// source returns the items of a map one after another.
type source interface {
	// next returns the next item, or false after the last.
	next() (any, bool, error)
	close()
}

type sliceSource struct{ items []any }

func (s *sliceSource) next() (any, bool, error) {
	if len(s.items) == 0 {
		return nil, false, nil
	}
	item := s.items[0]
	s.items = s.items[1:]
	return item, true, nil
}

func (s *sliceSource) close() {}

// objectSource returns the items of an object. The whole object is read first,
// to count the items and to find bad JSON before a child starts.
type objectSource struct {
	spool   spool
	lines   bool
	total   int // items
	decoder *jsontext.Decoder
	given   int
}

// readItems fetches the object that an ItemReader names.
func (a *mapState) readItems(ctx context.Context, v *visit, input any) (*objectSource, error) {
	parameters, err := a.reader.parameters.Eval(v.data(input))
	if err != nil {
		return nil, err
	}
	fields, _ := parameters.(map[string]any)
	bucket, bucketOK := fields["Bucket"].(string)
	key, keyOK := fields["Key"].(string)
	if !bucketOK || !keyOK {
		return nil, runtimeFault("The Parameters of the ItemReader must give strings for Bucket and Key.")
	}
	most, given, err := a.reader.most.get(v.data(input))
	if err != nil {
		return nil, err
	}
	s := &objectSource{lines: a.reader.lines}
	err = s.fetch(ctx, v.branch.exec.run.env.Objects, bucket, key)
	if err == nil {
		err = s.count()
	}
	if err == nil {
		err = s.rewind()
	}
	if err != nil {
		s.close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if f, ok := err.(*Failure); ok {
			return nil, f
		}
		return nil, &Failure{Name: awslimits.ItemReader, Cause: err.Error()}
	}
	if given && most > 0 {
		s.total = min(s.total, int(most))
	}
	return s, nil
}

func (s *objectSource) fetch(ctx context.Context, objects Objects, bucket, key string) error {
	if objects == nil {
		return errors.New("there are no objects to read from")
	}
	body, err := objects.Get(ctx, bucket, key)
	if err != nil {
		return fmt.Errorf("reading %s from the bucket %s: %w", key, bucket, err)
	}
	defer body.Close()
	var text io.Reader = body
	switch {
	case strings.HasSuffix(key, ".gz"):
		if text, err = gzip.NewReader(bufio.NewReader(body)); err != nil {
			return fmt.Errorf("unpacking %s: %w", key, err)
		}
	case strings.HasSuffix(key, ".zst"):
		d, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return fmt.Errorf("unpacking %s: %w", key, err)
		}
		defer d.Close()
		text = d
	}
	if _, err := io.Copy(&s.spool, text); err != nil {
		return fmt.Errorf("reading %s from the bucket %s: %w", key, bucket, err)
	}
	return nil
}

// errNoArray uses the service's words.
var errNoArray = &Failure{Name: awslimits.ItemReader, Cause: "Attempting to map over non-iterable node."}

// rewind returns to the first item.
func (s *objectSource) rewind() error {
	text, err := s.spool.reader()
	if err != nil {
		return err
	}
	s.decoder = jsontext.NewDecoder(text, jsonvalue.ReadOptions)
	if s.lines {
		return nil
	}
	if s.decoder.PeekKind() != jsontext.KindBeginArray {
		if _, err := s.decoder.ReadValue(); err != nil {
			return fmt.Errorf("reading the items: %w", err)
		}
		return errNoArray
	}
	_, err = s.decoder.ReadToken()
	return err
}

// count reads all items without keeping them.
func (s *objectSource) count() error {
	if err := s.rewind(); err != nil {
		return err
	}
	for {
		switch s.decoder.PeekKind() {
		case jsontext.KindEndArray:
			if _, err := s.decoder.ReadToken(); err != nil {
				return fmt.Errorf("reading the items: %w", err)
			}
			if _, err := s.decoder.ReadToken(); !errors.Is(err, io.EOF) {
				return errors.New("reading the items: something follows the array")
			}
			return nil
		default:
			err := s.decoder.SkipValue()
			if s.lines && errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading item %d: %w", s.total, err)
			}
			if s.total++; s.total > awslimits.Items {
				return fmt.Errorf("there are more than %d items", awslimits.Items)
			}
		}
	}
}

func (s *objectSource) next() (any, bool, error) {
	if s.given == s.total {
		return nil, false, nil
	}
	item, err := jsonvalue.Decode(s.decoder)
	if err != nil {
		return nil, false, &Failure{Name: awslimits.ItemReader, Cause: fmt.Sprintf("reading item %d: %v", s.given, err)}
	}
	s.given++
	return item, true, nil
}

func (s *objectSource) close() { s.spool.close() }
