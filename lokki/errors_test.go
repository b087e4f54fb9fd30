package lokki_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/lokki-build/lokki/internal/failure"
	"github.com/lokki-build/lokki/lokki"
)

type Throttled struct{ Service string }

func (t Throttled) Error() string { return t.Service + " is busy" }

func TestMarks(t *testing.T) {
	for kind, mark := range map[string]func(error) error{
		failure.Permanent: lokki.Permanent,
		failure.Transient: lokki.Transient,
	} {
		t.Run(kind, func(t *testing.T) {
			if mark(nil) != nil {
				t.Error("nil became an error")
			}
			inner := fmt.Errorf("%w: %w", fs.ErrNotExist, Throttled{"S3"})
			err := fmt.Errorf("calling: %w", mark(inner))
			if want := "calling: file does not exist: S3 is busy"; err.Error() != want {
				t.Errorf("text %q, want %q", err, want)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				t.Error("errors.Is does not find what was marked")
			}
			var throttled Throttled
			if !errors.As(err, &throttled) || throttled.Service != "S3" {
				t.Error("errors.As does not find what was marked")
			}
			var marked *failure.Marked
			if !errors.As(lokki.Permanent(lokki.Transient(mark(err))), &marked) || marked.Type != failure.Permanent {
				t.Errorf("the outer mark does not count: %+v", marked)
			}
			if !errors.As(err, &marked) || marked.Type != kind {
				t.Errorf("wrapped, the mark is %+v", marked)
			}
		})
	}
}

// An order that is already paid stays paid: retrying is pointless.
func ExamplePermanent() {
	charge := func(ctx context.Context, order string) (string, error) {
		if order == "order 7" {
			return "", lokki.Permanent(fmt.Errorf("%s is paid", order))
		}
		return "receipt for " + order, nil
	}
	_, err := charge(context.Background(), "order 7")
	fmt.Println(err)
	// Output: order 7 is paid
}

// A service that is busy now may respond in a few seconds.
func ExampleTransient() {
	ask := func(ctx context.Context, bird string) (string, error) {
		var busy Throttled
		err := fmt.Errorf("asking for %s: %w", bird, Throttled{"the registry"})
		if errors.As(err, &busy) {
			return "", lokki.Transient(err)
		}
		return "", err
	}
	_, err := ask(context.Background(), "goose")
	fmt.Println(err)
	fmt.Println(errors.As(err, new(Throttled)))
	// Output:
	// asking for goose: the registry is busy
	// true
}
