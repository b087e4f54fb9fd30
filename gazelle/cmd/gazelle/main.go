// Command gazelle is Gazelle with the lokki extension, for where there is no Bazel:
// tools/format and "go test" use it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/bazel-contrib/bazel-gazelle/v2/cmd/gazelle/update"
	"github.com/bazelbuild/bazel-gazelle/language"
	golang "github.com/bazelbuild/bazel-gazelle/language/go"
	"github.com/bazelbuild/bazel-gazelle/language/proto"

	lokki "github.com/lokki-build/lokki/gazelle"
)

func main() {
	log.SetPrefix("gazelle: ")
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		if !errors.Is(err, update.ErrDiff) {
			fmt.Fprintf(os.Stderr, "gazelle: %v\n", err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	languages := []language.Language{proto.NewLanguage(), golang.NewLanguage(), lokki.NewLanguage()}
	return update.Run(ctx, languages, dir, args)
}
