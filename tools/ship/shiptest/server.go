package shiptest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Server answers requests of the AWS SDK and of registry clients over HTTP, in the
// forms in which AWS answers. It keeps what the deployment program needs: it
// is for faults, and for what no other stand-in for AWS does.
type Server struct {
	URL string

	mu       sync.Mutex
	fault    Fault
	calls    []string
	now, max int // requests to the registry at once

	ECR    ECR
	Stacks Stacks
	// Running are the names of running executions.
	Running []string
}

// Fault may answer a request itself, and then returns true. The operation is
// as in "ecr.CreateRepository", "cloudformation.CreateChangeSet" or
// "registry.PUT manifest".
type Fault func(operation string, w http.ResponseWriter, r *http.Request) bool

// SetFault makes f see all requests from now on; nil lets them pass.
func (s *Server) SetFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Account and Region are where the server's stacks are.
const (
	Account = "123456789012"
	Region  = "eu-west-1"
)

// Start starts a server and points the SDK's environment at it.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	s.ECR.init()
	s.Stacks.init()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_REGION": Region, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "", "AWS_DEFAULT_REGION": "", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
	return s
}

// Calls returns how many requests there were whose operation begins with a prefix.
func (s *Server) Calls(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if strings.HasPrefix(c, prefix) {
			n++
		}
	}
	return n
}

// Forget forgets the requests so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// AtOnce is the largest number of requests to the registry that were open at once.
func (s *Server) AtOnce() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.max
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v2/") {
		s.serveRegistry(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		s.serveJSON(w, r, target, body)
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "" {
		http.Error(w, "no operation", http.StatusNotFound)
		return
	}
	operation := "cloudformation." + form.Get("Action")
	if form.Get("Action") == "GetCallerIdentity" {
		operation = "sts.GetCallerIdentity"
	}
	if s.faulty(operation, w, r) {
		return
	}
	if operation == "sts.GetCallerIdentity" {
		answerXML(w, "GetCallerIdentity", "<Arn>arn:aws:iam::"+Account+":user/ann</Arn><UserId>AID</UserId><Account>"+Account+"</Account>")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Stacks.serve(w, form)
}

// faulty records the operation, and reports whether a fault answered it.
func (s *Server) faulty(operation string, w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	s.calls = append(s.calls, operation)
	fault := s.fault
	s.mu.Unlock()
	return fault != nil && fault(operation, w, r)
}

func (s *Server) serveJSON(w http.ResponseWriter, r *http.Request, target string, body []byte) {
	service, name, _ := strings.Cut(target, ".")
	operation := "ecr." + name
	if strings.HasPrefix(service, "AWSStepFunctions") {
		operation = "states." + name
	}
	if s.faulty(operation, w, r) {
		return
	}
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if operation == "states.ListExecutions" {
		var list []any
		for _, name := range s.Running {
			list = append(list, map[string]any{"name": name, "executionArn": "arn:" + name, "stateMachineArn": in["stateMachineArn"], "startDate": 1, "status": "RUNNING"})
		}
		answerJSON(w, map[string]any{"executions": list})
		return
	}
	s.ECR.serve(w, name, in)
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	json.NewEncoder(w).Encode(v)
}

// FailJSON answers with an error of a JSON service.
func FailJSON(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}

func answerXML(w http.ResponseWriter, action, result string) {
	w.Header().Set("Content-Type", "text/xml")
	io.WriteString(w, "<"+action+"Response xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><"+action+"Result>"+result+"</"+action+"Result>"+
		"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></"+action+"Response>")
}

// FailXML answers with an error of a query service.
func FailXML(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	io.WriteString(w, "<ErrorResponse><Error><Type>Sender</Type><Code>"+code+"</Code><Message>"+escape(message)+"</Message></Error><RequestId>1</RequestId></ErrorResponse>")
}

// Drop closes the connection without an answer.
func Drop(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// End ends the running executions.
func (s *Server) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Running = nil
}
