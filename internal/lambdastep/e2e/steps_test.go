package e2e_test

import (
	"context"
	crypto "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lokki-build/lokki/internal/lambdastep"
	"github.com/lokki-build/lokki/lokki"
)

// stepFunction is the environment variable that makes the test binary a step's worker.
const stepFunction = "TEST_STEP"

// TestMain makes this binary act as every program of a run: the one that the build
// generates for each step, and the test.
func TestMain(m *testing.M) {
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
	case "Untidy":
		lambdastep.Start(Untidy)
	case "Texts":
		lambdastep.Start(Texts)
	case "Turn":
		lambdastep.Start(Turn)
	case "Digests":
		lambdastep.Start(Digests)
	case "UpTo":
		lambdastep.Start(UpTo)
	case "Square":
		lambdastep.Start(Square)
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

// Token never returns the same value twice.
func Token(context.Context, Input) ([]string, error) { return []string{crypto.Text()}, nil }

// Wreck fails in the given way.
func Wreck(ctx context.Context, how string) (string, error) {
	switch how {
	case "panic":
		panic("the ship is lost")
	case "wait":
		<-ctx.Done()
		return "", ctx.Err()
	case "hang":
		time.Sleep(time.Hour)
	case "later":
		return "", lokki.Transient(fmt.Errorf("asking: %w", busy{}))
	case "never":
		return "", fmt.Errorf("checking: %w", lokki.Permanent(os.ErrPermission))
	}
	return how, nil
}

type busy struct{}

func (busy) Error() string { return "the service is busy" }

// large is the length of the items of Texts, in bytes.
const large = 20 << 20

// text returns one of these items. It barely compresses.
func text(n int) string {
	random := rand.NewChaCha8([32]byte{byte(n)})
	raw := make([]byte, large/4*3)
	random.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}

func Texts(_ context.Context, in Input) ([]string, error) {
	texts := make([]string, in.Count)
	for n := range texts {
		texts[n] = text(n)
	}
	return texts, nil
}

// Turn moves the first letter to the end.
func Turn(_ context.Context, text string) (string, error) { return text[1:] + text[:1], nil }

func Digests(_ context.Context, texts []string) ([]string, error) {
	var all []string
	for _, t := range texts {
		all = append(all, fmt.Sprintf("%x", sha256.Sum256([]byte(t))))
	}
	return all, nil
}

func UpTo(_ context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}

func Square(_ context.Context, n int) (int, error) { return n * n, nil }
