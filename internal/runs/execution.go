package runs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lokki-build/lokki/internal/envelope"
)

// lister is a store that can look for keys; s3store is one.
type lister interface {
	// Folders returns the next path segment of the keys that begin with prefix:
	// the part from the prefix's last slash to the next one.
	Folders(ctx context.Context, prefix string) ([]string, error)

	// Written returns when an object was stored.
	Written(ctx context.Context, key string) (time.Time, error)
}

// execution returns the id of the run of the execution with a name, or "" if there is
// none.
func (c Config) execution(ctx context.Context, p *storage, name string) (string, error) {
	folders, err := p.folders(ctx, c.Plan.Graph.Flow, name+".")
	if err != nil {
		return "", fmt.Errorf("looking for an execution %s: %w", name, err)
	}
	runs := slices.DeleteFunc(folders, func(run string) bool {
		e, ok := envelope.ParseExecution(run)
		return !ok || e.Name != name
	})
	switch len(runs) {
	case 0:
		return "", nil
	case 1:
		return runs[0], nil
	}
	var list strings.Builder
	for _, run := range runs {
		fmt.Fprintf(&list, "\n  %s%s", run, c.begunAt(ctx, p, run))
	}
	return "", UsageError{fmt.Errorf("%s has %d executions %s of %s:%s\nhint: give one of these ids in full", p.spec, len(runs), name, c.Plan.Graph.Flow, &list)}
}

// begunAt says when the first step of a run finished, if that is known.
func (c Config) begunAt(ctx context.Context, p *storage, run string) string {
	k, first := p.keys(c.Plan.Graph.Flow, run), c.Plan.First().Name
	for _, key := range []string{k.Output(first, ""), k.Items(first, "")} {
		if at, err := p.written(ctx, key); err == nil {
			return ", whose first step finished " + at.Local().Format("2006-01-02 15:04:05")
		}
	}
	return ""
}

// folders returns the runs of a flow whose ids begin with start.
func (p *storage) folders(ctx context.Context, flow, start string) ([]string, error) {
	if p.dir == nil {
		if l, ok := p.store.(lister); ok {
			return l.Folders(ctx, p.prefix+"/"+flow+"/"+start)
		}
		return nil, nil
	}
	entries, err := os.ReadDir(filepath.Join(p.folder, filepath.FromSlash(p.prefix), flow))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var runs []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), start) {
			runs = append(runs, e.Name())
		}
	}
	return runs, nil
}

// written returns when an object was stored.
func (p *storage) written(ctx context.Context, key string) (time.Time, error) {
	if p.dir == nil {
		if l, ok := p.store.(lister); ok {
			return l.Written(ctx, key)
		}
		return time.Time{}, errors.ErrUnsupported
	}
	info, err := os.Stat(filepath.Join(p.folder, filepath.FromSlash(key)))
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}
