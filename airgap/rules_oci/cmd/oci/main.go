// Command oci makes images and image indexes in OCI layout, loads them into
// container engines and pushes them to registries. This module's rules run it;
// `oci help` lists its commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
