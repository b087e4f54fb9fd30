package peakmem_test

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/lokki-build/lokki/internal/peakmem"
)

func TestBytes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a process's memory")
	}
	m := peakmem.Of(os.Getpid())
	defer m.Close()
	before := m.Bytes()
	size := before + 200<<20 // more than any test of this process has used
	held := make([]byte, size)
	for i := int64(0); i < size; i += 4096 {
		held[i] = 1
	}
	if got := m.Bytes(); before <= 0 || got < size {
		t.Errorf("a peak of %d bytes, and of %d before, with %d in use", got, before, len(held))
	}
}

func TestAProcessThatHasEnded(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.list", ".")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := peakmem.Of(cmd.Process.Pid)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := m.Bytes(); got != 0 {
		t.Errorf("a peak of %d bytes, want 0", got)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if none := peakmem.Of(-1); none.Bytes() != 0 || none.Close() != nil {
		t.Error("a process that never was has a peak")
	}
}

func BenchmarkBytes(b *testing.B) {
	m := peakmem.Of(os.Getpid())
	defer m.Close()
	for b.Loop() {
		m.Bytes()
	}
}
