package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestOnceMakesOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub", "made")
	var calls atomic.Int32
	var wg sync.WaitGroup
	for range 8 { // concurrently, as two terminals would
		wg.Go(func() {
			err := once(t.Context(), dir, func(_ context.Context, tmp string) error {
				calls.Add(1)
				return os.WriteFile(filepath.Join(tmp, "file"), []byte("whole"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("filled %d times, want once", n)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "file")); err != nil || string(got) != "whole" {
		t.Errorf("the folder holds %q, %v", got, err)
	}
}

func TestOnceLeavesNothingOnFailure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	failure := errors.New("no network")
	err := once(t.Context(), dir, func(context.Context, string) error { return failure })
	if !errors.Is(err, failure) {
		t.Errorf("got %v, want %v", err, failure)
	}
	if exists(dir) {
		t.Error("a failed call made the folder")
	}
}

// killedIn names the folder that the process of this test binary dies in the
// middle of filling.
const killedIn = "LOKKI_TEST_KILLED_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killedIn); dir != "" {
		once(context.Background(), dir, func(_ context.Context, tmp string) error {
			if err := os.WriteFile(filepath.Join(tmp, "half"), nil, 0o644); err != nil {
				return err
			}
			self, _ := os.FindProcess(os.Getpid())
			return self.Kill()
		})
		return
	}
	os.Exit(m.Run())
}

func TestOnceRepairsWhatAKilledCallLeft(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	killed := exec.Command(os.Args[0])
	killed.Env = append(os.Environ(), killedIn+"="+dir)
	if err := killed.Run(); err == nil {
		t.Fatal("the process was not killed")
	}
	if !exists(filepath.Join(dir+".partial", "half")) {
		t.Fatal("the killed process left nothing to repair")
	}

	err := once(t.Context(), dir, func(_ context.Context, tmp string) error {
		if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
			t.Errorf("the next call starts with %v, %v, want an empty folder", left, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !exists(dir) || exists(dir+".partial") {
		t.Error("the folder isn't in place")
	}
}

func TestOnceSaysThatItWasInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := once(ctx, filepath.Join(t.TempDir(), "made"), func(context.Context, string) error {
		cancel()
		return errors.New("signal: terminated")
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "the next call starts this over") {
		t.Errorf("got %v", err)
	}
}
