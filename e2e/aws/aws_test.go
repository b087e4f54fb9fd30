//go:build aws

// Package aws_test deploys the examples to an emulator of AWS, runs them there, and
// removes them. tools/checks/aws.sh installs what it needs and runs it.
package aws_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const (
	account = "123456789012" // MiniStack takes the access key's id for the account
	region  = "eu-west-1"
)

// start starts the emulator and points the SDK's environment at it.
func start(t *testing.T, f *functions) {
	t.Helper()
	python := os.Getenv("LOKKI_MINISTACK")
	if python == "" {
		t.Fatal("LOKKI_MINISTACK is not set\nhint: run tools/checks/aws.sh")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	f.endpoint = "http://" + address
	cmd := exec.Command(python, "server.py")
	cmd.Env = append(os.Environ(), "GATEWAY_PORT="+port, "BIND_HOST=127.0.0.1", "LOG_LEVEL=ERROR", "TMPDIR="+t.TempDir(), "LOKKI_LAMBDA="+f.serve())
	cmd.Stderr = t.Output()
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait() // ended by a signal
	})
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": f.endpoint, "AWS_REGION": region, "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": ""} {
		t.Setenv(name, value)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(time.Minute); ; {
		if resp, err := http.Get(f.endpoint + "/_ministack/ready"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-end:
			t.Fatal("the emulator doesn't start")
		case <-tick.C:
		}
	}
}

// unpack unpacks the bundle of a flow, and returns its folder.
func unpack(t *testing.T, built string) string {
	t.Helper()
	file, err := os.Open(built + "_bundle.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for archive := tar.NewReader(zip); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(to, filepath.Base(built)+"_bundle")
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, h.Name)
		data, err := io.ReadAll(archive)
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, os.FileMode(h.Mode)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// ship runs the program of an unpacked bundle.
func ship(t *testing.T, folder string, args ...string) string {
	t.Helper()
	out, err := exec.Command(glob(t, filepath.Join(folder, "*_aws")), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestTheWholeWay deploys each example, runs it with the binaries of its images,
// expects the result of the local run, and removes it.
func TestTheWholeWay(t *testing.T) {
	f := startFunctions(t)
	start(t, f)
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for label, input := range map[string]string{
		"birds":       `{"count": 2}`,
		"words/words": `{"texts": ["the quick brown fox", "", "jumps over"]}`,
	} {
		flow := filepath.Base(label)
		built := filepath.Join(os.Getenv("LOKKI_BUILT"), label)
		t.Run(flow, func(t *testing.T) {
			folder := unpack(t, built)
			f.add(folder)
			ship(t, folder, "deploy", "--yes")
			if out := ship(t, folder, "deploy"); !strings.Contains(out, "nothing changes in") || strings.Contains(out, "pushed ") {
				t.Errorf("deploying again:\n%s", out)
			}
			local := exec.Command(built+"_local", "--quiet", "--input", input)
			var stderr bytes.Buffer
			local.Stderr = &stderr
			want, err := local.Output()
			if err != nil {
				t.Fatalf("the local run: %v\n%s", err, &stderr)
			}
			if got := execute(t, c, flow, input); got != strings.TrimSpace(string(want)) {
				t.Errorf("the result is %s, the local run's %s", got, want)
			}
			out := ship(t, folder, "destroy", "--yes", "--data", "--images")
			nothingLeft(t, c, out)
		})
	}
}

// execute runs an execution to its end and returns the result in its output.
func execute(t *testing.T, c aws.Config, flow, input string) string {
	t.Helper()
	client := sfn.NewFromConfig(c)
	machine := fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s-flow", region, account, flow)
	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input, Name: aws.String("nightly")})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(2 * time.Minute); ; {
		x, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		switch x.Status {
		case types.ExecutionStatusSucceeded:
			var output struct{ Result json.RawMessage }
			var compact bytes.Buffer
			if err := json.Unmarshal([]byte(aws.ToString(x.Output)), &output); err != nil {
				t.Fatal(err)
			}
			if err := json.Compact(&compact, output.Result); err != nil { // the emulator writes spaces
				t.Fatal(err)
			}
			return compact.String()
		case types.ExecutionStatusRunning:
		default:
			t.Fatalf("the execution is %s: %s %s", x.Status, aws.ToString(x.Error), aws.ToString(x.Cause))
		}
		select {
		case <-end:
			t.Fatal("the execution takes too long")
		case <-tick.C:
		}
	}
}

// nothingLeft expects neither buckets nor repositories.
func nothingLeft(t *testing.T, c aws.Config, said string) {
	t.Helper()
	buckets, err := s3.NewFromConfig(c).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	repositories, err := ecr.NewFromConfig(c).DescribeRepositories(t.Context(), &ecr.DescribeRepositoriesInput{})
	if err != nil {
		t.Fatal(err)
	}
	if len(buckets.Buckets)+len(repositories.Repositories) > 0 {
		t.Errorf("%d buckets and %d repositories are left\n%s", len(buckets.Buckets), len(repositories.Repositories), said)
	}
}
