package localcommand

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/lokki-build/lokki/internal/packed"
	"github.com/lokki-build/lokki/internal/userpath"
)

// cat writes one object of a store in a directory, as the bucket would hold it.
func (c command) cat(ctx context.Context, args []string) int {
	if len(args) != 2 {
		c.complain("error: want the store's directory and a key\nhint: as in %s cat DIR lokki/flow/run/step/output.json.gz | zcat\n", c.call())
		return exitUsage
	}
	if err := c.writeObject(ctx, userpath.Path(args[0]), args[1]); err != nil {
		c.complain("error: %v\n", err)
		return exitFailed
	}
	return exitDone
}

func (c command) writeObject(ctx context.Context, folder, key string) error {
	if _, err := os.Stat(folder); err != nil { // Open would create it
		return fmt.Errorf("opening the store: %w", err)
	}
	dir, err := packed.Open(folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	body, err := dir.Get(ctx, key, 0, -1)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(c.stdout, body)
	return err
}
