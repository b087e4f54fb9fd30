// Package untidy prints wherever it can and reads the environment that its lokki_step
// gives it, as soon as it can.
package untidy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/lokki-build/lokki/lokki"
)

var early = os.Getenv("UNTIDY")

func init() {
	fmt.Print("of init")
	syscall.Write(1, []byte("of the system"))
}

// Say returns what it finds, or fails or ends the process as it is told.
func Say(_ context.Context, how string) (string, error) {
	fmt.Print("boom")
	switch how {
	case "fail":
		return "", errors.New("bang")
	case "exit":
		os.Exit(0)
	}
	return fmt.Sprintf("%s, %s, %s, %d argument", early, os.Getenv("UNTIDY"), time.Local, len(os.Args)), nil
}

// UntidyFlow can't be built without the step's environment.
func UntidyFlow() lokki.Flow[string] {
	fmt.Print("of the flow function")
	if os.Getenv("UNTIDY") != "env" || early != "env" {
		panic("UNTIDY is not set")
	}
	return lokki.Start(Say, "hello")
}
