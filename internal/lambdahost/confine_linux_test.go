package lambdahost_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/lokki-build/lokki/internal/lambdahost"
	"github.com/lokki-build/lokki/internal/lambdahost/imagetest"
)

// dropRights names the rights that this process gives up before it starts over,
// and confinedAs what it can still do then.
const (
	dropRights = "TEST_DROP"
	confinedAs = "TEST_CONFINED"
)

// Root's rights (capabilities(7)), and how a program's bounding set is reduced
// (prctl(2)).
const (
	killRight   = 5
	setuidRight = 7
	chrootRight = 18
	mountRight  = 21 // among others: CAP_SYS_ADMIN

	dropFromBounds = 24
)

// The process re-executes itself with fewer rights, like a container's root.
func init() {
	rights := os.Getenv(dropRights)
	if rights == "" {
		return
	}
	runtime.LockOSThread()
	for text := range strings.SplitSeq(rights, ",") {
		right, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, dropFromBounds, uintptr(right), 0); errno != 0 {
			panic(errno)
		}
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, dropRights+"=") })
	self, err := os.Executable()
	if err == nil {
		err = syscall.Exec(self, os.Args, env)
	}
	panic(err)
}

// TestLessThanRoot takes rights from root, and expects steps to be confined as
// far as the rest allows.
func TestLessThanRoot(t *testing.T) {
	if want := os.Getenv(confinedAs); want != "" {
		confined(t, want)
		return
	}
	if lambdahost.Confine() != lambdahost.OwnMounts {
		t.Skip("needs a root on Linux that may make mounts")
	}
	imagetest.Self(t) // what runs confined, if it can
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rights []int
		want   lambdahost.Confinement
	}{
		{[]int{mountRight}, lambdahost.OwnRoot},
		{[]int{mountRight, chrootRight}, lambdahost.OtherUser},
		{[]int{mountRight, setuidRight}, lambdahost.Unconfined},
		{[]int{mountRight, killRight}, lambdahost.Unconfined}, // a program that can't be killed is worse
	} {
		cmd := exec.Command(self, "-test.run=^TestLessThanRoot$", "-test.v")
		rights := strings.Trim(strings.ReplaceAll(fmt.Sprint(c.rights), " ", ","), "[]")
		cmd.Env = append(os.Environ(), dropRights+"="+rights, confinedAs+"="+fmt.Sprint(int(c.want)), "TMPDIR=/tmp")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("without the rights %s: %v\n%s", rights, err, out)
		}
	}
}

// confined runs a program, confined as far as this process can.
func confined(t *testing.T, want string) {
	most := lambdahost.Confine()
	if fmt.Sprint(int(most)) != want {
		t.Fatalf("got confinement %d, want %s", most, want)
	}
	image, err := lambdahost.Unpack(writeLayout(t, imagetest.Self(t)), sharedDir(t))
	if err != nil {
		t.Fatal(err)
	}
	c := lambdahost.Config{Command: image.Command, Env: image.Env, Dir: image.Dir, LimitMemory: true}
	switch most {
	case lambdahost.OwnRoot:
		c.Sandbox = &lambdahost.Sandbox{Root: image.Root, Bare: true}
	case lambdahost.OtherUser:
		c.Command = append([]string{filepath.Join(image.Root, c.Command[0])}, c.Command[1:]...)
		c.Dir = filepath.Join(image.Root, c.Dir)
		c.Sandbox = &lambdahost.Sandbox{Bare: true}
	default:
		return
	}
	h := newHost(t, c)
	r, a := invoke(t, h, "", "inside")
	if a.Text != "inside" || a.UID == 0 || r.Memory == 0 {
		t.Errorf("answer %+v, %d bytes of memory", a, r.Memory)
	}
	if most == lambdahost.OwnRoot && (fmt.Sprint(a.Root) != "[app dev proc tmp]" || fmt.Sprint(a.Writable) != "[/tmp]") {
		t.Errorf("the program sees %s in / and can write to %s", a.Root, a.Writable)
	}
	if r, _ := invoke(t, h, "", "again"); r.Cold {
		t.Error("another program served the second invocation")
	}
	if err := h.Close(); err != nil { // it ends, although it runs as another user
		t.Error(err)
	}
}
