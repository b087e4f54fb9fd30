package e2e_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/s3server"
	"github.com/lokki-build/lokki/lokki/lambdastep"
)

// stepFunction is the variable that makes the test binary a step's worker.
const stepFunction = "TEST_STEP"

// TestMain makes this binary all the programs of a run: what the build would
// generate for each step, the S3 server and the test.
func TestMain(m *testing.M) {
	s3server.Main()
	switch os.Getenv(stepFunction) {
	case "":
		os.Exit(m.Run())
	case "GetBirds":
		lambdastep.Start(GetBirds)
	case "FlapBird":
		lambdastep.Start(FlapBird)
	case "JoinBirds":
		lambdastep.Start(JoinBirds)
	case "Words":
		lambdastep.Start(Words)
	case "Token":
		lambdastep.Start(Token)
	case "Wreck":
		lambdastep.Start(Wreck)
	}
	os.Exit(2)
}

type Input struct {
	Count int `json:"count"`
}

func GetBirds(_ context.Context, in Input) ([]string, error) {
	return []string{"goose", "duck", "seagull"}[:in.Count], nil
}

func FlapBird(ctx context.Context, bird string) (string, error) {
	slog.InfoContext(ctx, "flapping", "bird", bird)
	return "flappy " + bird, nil
}

func JoinBirds(_ context.Context, birds []string) (string, error) {
	return strings.Join(birds, ", "), nil
}

func Words(_ context.Context, text string) ([]string, error) { return strings.Fields(text), nil }

// Token never returns the same twice.
func Token(context.Context, Input) ([]string, error) { return []string{rand.Text()}, nil }

// Wreck fails in the way it is told to.
func Wreck(ctx context.Context, how string) (string, error) {
	switch how {
	case "panic":
		panic("the ship is lost")
	case "wait":
		<-ctx.Done()
		return "", ctx.Err()
	case "hang":
		time.Sleep(time.Hour)
	}
	return how, nil
}
