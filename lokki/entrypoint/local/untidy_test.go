package local

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lokki-build/lokki/lokki"
)

// envUntidy says what the program's init functions do.
const envUntidy = "LOCAL_TEST_UNTIDY"

// early is os.Stdout as a step's package may store it.
var early = os.Stdout

func init() {
	if os.Getenv(envProgram) != "untidy" {
		return
	}
	switch os.Getenv(envUntidy) {
	case "print":
		fmt.Print("of init")
	case "exit":
		os.Exit(0)
	case "flags":
		flag.Parse()
		fmt.Fprintln(os.Stderr, "flags of init:", flag.NArg(), len(os.Args))
	}
}

// Untidy does what a step may do and shouldn't.
func Untidy(_ context.Context, how string) (string, error) {
	switch how {
	case "print":
		fmt.Print("of fmt\n\x1b[2J")
		fmt.Fprint(early, "of a variable")
		syscall.Write(1, []byte("of the system\n"))
		log.Print("of log")
		cmd := exec.Command("/bin/echo", "-n", "of a program")
		cmd.Stdout = os.Stdout
		return how, cmd.Run()
	case "close":
		return how, errors.Join(os.Stdout.Close(), os.Stderr.Close())
	case "close and fail":
		return how, errors.Join(errors.New("boom"), os.Stdout.Close(), os.Stderr.Close())
	case "change the directory":
		return how, os.Chdir("/")
	case "flags":
		flag.Parse()
		return fmt.Sprint(flag.NArg(), len(os.Args)), nil
	case "read":
		data, err := io.ReadAll(os.Stdin)
		return string(data), err
	case "zone":
		here := time.Date(2026, 7, 1, 12, 0, 0, 0, time.Local)
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return "", err
		}
		return here.Format("15:04 MST, ") + here.In(zone).Format("15:04 MST"), nil
	case "exit":
		fmt.Print("last words")
		os.Exit(0)
	case "exit 3":
		os.Exit(3)
	case "fatal":
		log.Fatal("boom")
	case "goroutine":
		go func() { panic("boom") }()
		select {}
	case "overflow":
		return overflow(0), nil
	case "maps":
		both := map[int]int{}
		for range 2 {
			go func() {
				for i := 0; ; i++ {
					both[i%10] = i
				}
			}()
		}
		select {}
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "Goexit":
		runtime.Goexit()
	case "fail":
		fmt.Println("boom")
		return "", errors.New("bang")
	}
	return how, nil
}

func overflow(n int) string {
	if n < 0 {
		return ""
	}
	return overflow(n+1) + fmt.Sprint(n)
}

func UntidyFlow() lokki.Flow[string] { return lokki.Start(Untidy, "") }

func (p *person) untidy(how string, flags ...string) (code int, stdout, stderr string) {
	p.t.Helper()
	return p.run([]string{envProgram + "=launcher", envUntidy + "=print", "TZ=America/New_York"}, append([]string{"--input", fmt.Sprintf("%q", how)}, flags...)...)
}

// Standard output has only the result.
func TestResultAlone(t *testing.T) {
	p := newPerson(t)
	for how, want := range map[string]string{
		"print": `"print"`, "close": `"close"`, "change the directory": `"change the directory"`,
		"flags": `"0 1"`, "read": `""`, "zone": `"12:00 UTC, 14:00 CEST"`,
	} {
		for _, flags := range [][]string{nil, {"--quiet"}, {"--json"}, {"--store", t.TempDir()}} {
			code, stdout, stderr := p.untidy(how, flags...)
			if code != 0 || stdout != want+"\n" || !strings.Contains(stderr, "of init") {
				t.Errorf("%s %v: exit code %d, got %q, want %s\n%s", how, flags, code, stdout, want, stderr)
			}
		}
	}
	env := []string{envProgram + "=launcher", envUntidy + "=print"}
	for _, command := range []string{"describe", "--help"} {
		if code, stdout, stderr := p.run(env, command); code != 0 || strings.Contains(stdout, "of init") || !strings.Contains(stderr, "of init") {
			t.Errorf("%s: exit code %d, got %s, and %s", command, code, stdout, stderr)
		}
	}
}

// What is printed between events becomes an event.
func TestEventsAlone(t *testing.T) {
	code, _, stderr := newPerson(t).untidy("print", "--json")
	var printed []string
	for line := range strings.Lines(stderr) {
		var e struct{ Event, Text string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Event == "text-printed" {
			printed = append(printed, e.Text)
		}
	}
	text := strings.Join(printed, "\n")
	if code != 0 || !strings.HasPrefix(text, "of initof fmt\n\x1b[2Jof a variableof the system\n") || !strings.HasSuffix(text, "of log\nof a program") {
		t.Errorf("exit code %d, printed %q", code, printed)
	}
}

// A step that ends the process fails the run, and the error says so.
func TestAStepThatEndsTheProcess(t *testing.T) {
	p := newPerson(t)
	for how, want := range map[string]string{
		"exit":           "error: untidy-flow: a step ended the process with exit code 0, and there is no result\nhint: os.Exit",
		"exit 3":         "a step ended the process with exit code 3",
		"fatal":          "a step ended the process with exit code 1",
		"goroutine":      "error: untidy-flow: a step crashed the process: panic: boom\n",
		"overflow":       "a step crashed the process: ",
		"maps":           "a step crashed the process: ",
		"kill":           "untidy-flow: the process was ended from outside: signal: killed",
		"Goexit":         "it ended its goroutine",
		"close and fail": "lokki/entrypoint/local.Untidy): boom\n",
	} {
		for _, flag := range []string{"--quiet", "--json"} {
			code, stdout, stderr := p.untidy(how, flag)
			if code != 1 || stdout != "" || !strings.Contains(stderr, want) {
				t.Errorf("%s %s: exit code %d, got %q, want %q in\n%.4000s", how, flag, code, stdout, want, stderr)
			}
			for _, last := range map[string][]string{"exit": {"last words"}, "fatal": {"boom"}, "goroutine": {"goroutine ", "untidy_test.go"}}[how] {
				if !strings.Contains(stderr, last) {
					t.Errorf("%s %s: no %q in\n%s", how, flag, last, stderr)
				}
			}
		}
	}
	code, stdout, stderr := p.run([]string{envProgram + "=launcher", envUntidy + "=exit"})
	if code != 1 || stdout != "" || !strings.Contains(stderr, "a package's init or the flow function ended the process with exit code 0") {
		t.Errorf("exit code %d, got %q, %s", code, stdout, stderr)
	}
	code, stdout, stderr = p.run([]string{envProgram + "=launcher", envUntidy + "=flags"}, "--input", `"a"`)
	if code != 0 || stdout != "\"a\"\n" || !strings.Contains(stderr, "flags of init: 0 1\n") {
		t.Errorf("exit code %d, got %q, %s", code, stdout, stderr)
	}
}

// With one process a debugger sees the program, and the files are still separate.
func TestOneProcess(t *testing.T) {
	p := newPerson(t)
	for how, want := range map[string]string{"print": `"print"`, "flags": `"0 1"`, "read": `""`, "close": `"close"`} {
		code, stdout, stderr := p.run([]string{envProgram + "=untidy", "LOKKI_ONE_PROCESS=1"}, "--quiet", "--input", fmt.Sprintf("%q", how))
		if code != 0 || stdout != want+"\n" {
			t.Errorf("%s: exit code %d, got %q\n%s", how, code, stdout, stderr)
		}
	}
}

// The second process ends with the first, even if the first is killed.
func TestNoProcessIsLeft(t *testing.T) {
	p := newPerson(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd, _, _ := p.program(ctx, []string{envProgram + "=untidy"}, "--json", "--input", `"maps"`)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr, cmd.Stdin = writer, nil
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	out := bufio.NewReader(reader)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	if _, err := io.Copy(io.Discard, out); err != nil { // ends when no process has it open
		t.Error(err)
	}
	_ = cmd.Wait()
}
