package interpreter

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

func TestResultsInSeveralFiles(t *testing.T) {
	env := &Env{Machine: "arn:aws:states:eu-west-1:123456789012:stateMachine:birds"}
	x := (&run{env: env, account: "arn:"}).execution(nil, "birds/flap", "child", doc{text: []byte(`1`)})
	r := newResults(&mapRun{state: &mapState{writer: &resultWriter{}}}, 1000)
	defer r.close()
	for range 5 {
		if err := r.add(x, child{items: 1}, outcome{status: Failed, failure: &Failure{Name: "Bad"}}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(r.files[Failed]); n < 2 || n > 4 {
		t.Fatalf("%d files", n)
	}
	total := 0
	for i, s := range r.files[Failed] {
		if _, err := s.Write([]byte("]")); err != nil {
			t.Fatal(err)
		}
		if s.size > 1000 {
			t.Errorf("file %d has %d bytes", i, s.size)
		}
		body, err := s.reader()
		if err != nil {
			t.Fatal(err)
		}
		var list []struct{ Error string }
		if err := json.NewDecoder(body).Decode(&list); err != nil {
			t.Fatalf("file %d: %v", i, err)
		}
		total += len(list)
	}
	if total != 5 {
		t.Errorf("%d results", total)
	}
}

func TestSpool(t *testing.T) {
	for _, n := range []int{0, 10, spoolMemory, spoolMemory + 1, 3*spoolMemory + 5} {
		s := &spool{}
		want := strings.Repeat("0123456789abcdef", n/16+1)[:n]
		for rest := want; rest != ""; {
			part := rest[:min(1000, len(rest))]
			if _, err := s.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
			rest = rest[len(part):]
		}
		for range 2 { // it can be read again
			body, err := s.reader()
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(body)
			if err != nil || string(got) != want {
				t.Errorf("%d bytes: got %d, %v", n, len(got), err)
			}
		}
		if (s.file != nil) != (n > spoolMemory) {
			t.Errorf("%d bytes: in a file: %v", n, s.file != nil)
		}
		s.close()
	}
}
