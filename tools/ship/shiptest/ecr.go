package shiptest

import (
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// ECR is the state of the repositories.
type ECR struct {
	Repositories map[string]*Repository
	registry     http.Handler // knows blobs by digest only
}

// Repository is a repository as it was asked for.
type Repository struct {
	Created map[string]any // the request; nil for one that was there before
	Policy  string
	Tags    map[string]string // tag → digest
	blobs   map[string]bool
}

const login = "AWS:password"

func (e *ECR) init() {
	e.Repositories = map[string]*Repository{}
	e.registry = registry.New(registry.Logger(log.New(io.Discard, "", 0)))
}

func newRepository(created map[string]any) *Repository {
	return &Repository{Created: created, Tags: map[string]string{}, blobs: map[string]bool{}}
}

// Add adds a repository that somebody else made.
func (e *ECR) Add(name string) { e.Repositories[name] = newRepository(nil) }

func (e *ECR) serve(w http.ResponseWriter, operation string, in map[string]any) {
	name, _ := in["repositoryName"].(string)
	if names, ok := in["repositoryNames"].([]any); ok {
		name = names[0].(string)
	}
	r := e.Repositories[name]
	switch {
	case operation == "GetAuthorizationToken":
		answerJSON(w, map[string]any{"authorizationData": []any{map[string]any{
			"authorizationToken": base64.StdEncoding.EncodeToString([]byte(login)), "proxyEndpoint": "https://" + Account + ".dkr.ecr." + Region + ".amazonaws.com"}}})
		return
	case operation == "CreateRepository" && r != nil:
		FailJSON(w, http.StatusBadRequest, "RepositoryAlreadyExistsException", "exists")
		return
	case operation == "CreateRepository":
		e.Repositories[name] = newRepository(in)
	case r == nil:
		FailJSON(w, http.StatusBadRequest, "RepositoryNotFoundException", "The repository with name '"+name+"' does not exist")
		return
	case operation == "DescribeRepositories":
		answerJSON(w, map[string]any{"repositories": []any{map[string]any{"repositoryName": name}}})
		return
	case operation == "GetRepositoryPolicy" && r.Policy == "":
		FailJSON(w, http.StatusBadRequest, "RepositoryPolicyNotFoundException", "no policy")
		return
	case operation == "GetRepositoryPolicy":
		answerJSON(w, map[string]any{"policyText": r.Policy})
		return
	case operation == "SetRepositoryPolicy":
		r.Policy = in["policyText"].(string)
	case operation == "ListImages":
		var ids []any
		for tag, digest := range r.Tags {
			ids = append(ids, map[string]any{"imageTag": tag, "imageDigest": digest})
		}
		answerJSON(w, map[string]any{"imageIds": ids})
		return
	case operation == "BatchDeleteImage":
		for _, id := range in["imageIds"].([]any) {
			delete(r.Tags, id.(map[string]any)["imageTag"].(string))
		}
	case operation == "DeleteRepository" && len(r.Tags) > 0:
		FailJSON(w, http.StatusBadRequest, "RepositoryNotEmptyException", "not empty")
		return
	case operation == "DeleteRepository":
		delete(e.Repositories, name)
	}
	answerJSON(w, map[string]any{})
}

// serveRegistry adds to go-containerregistry's registry what ECR does: a login,
// repositories that must exist, blobs that each repository has for itself, mounts
// from repositories with a manifest, and tags that don't move.
func (s *Server) serveRegistry(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user+":"+password != login {
		w.Header().Set("Www-Authenticate", `Basic realm="ecr"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.URL.Path == "/v2/" {
		return
	}
	name, kind, last := split(r.URL.Path)
	operation := "registry." + r.Method + " " + strings.TrimSuffix(kind, "s")
	s.mu.Lock()
	s.now++
	s.max = max(s.max, s.now)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.now--; s.mu.Unlock() }()
	if s.faulty(operation, w, r) {
		return
	}
	s.mu.Lock()
	repository := s.ECR.Repositories[name]
	s.mu.Unlock()
	if repository == nil {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}`)
		return
	}
	if s.answered(w, r, repository, operation, last) {
		return
	}
	recorded := &recorder{ResponseWriter: w}
	s.ECR.registry.ServeHTTP(recorded, r)
	if recorded.status != http.StatusCreated {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if digest := r.URL.Query().Get("digest"); digest != "" {
		repository.blobs[digest] = true
	}
	if operation == "registry.PUT manifest" {
		repository.Tags[last] = recorded.Header().Get("Docker-Content-Digest")
	}
}

// answered answers what go-containerregistry's registry would answer otherwise.
func (s *Server) answered(w http.ResponseWriter, r *http.Request, repository *Repository, operation, last string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch operation {
	case "registry.HEAD blob":
		if !repository.blobs[last] {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
	case "registry.HEAD manifest":
		if digest := repository.Tags[last]; digest == "" {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
	case "registry.POST upload":
		q := r.URL.Query()
		mount, from := q.Get("mount"), s.ECR.Repositories[q.Get("from")]
		if mount != "" && from != nil && from.blobs[mount] && len(from.Tags) > 0 {
			repository.blobs[mount] = true
			s.calls = append(s.calls, "registry.mounted")
			w.WriteHeader(http.StatusCreated)
			return true
		}
		r.URL.RawQuery = ""
	}
	return false
}

// split splits /v2/NAME/KIND/LAST.
func split(path string) (name, kind, last string) {
	parts := strings.Split(strings.TrimPrefix(path, "/v2/"), "/")
	i := slices.IndexFunc(parts, func(p string) bool { return p == "manifests" || p == "blobs" || p == "tags" })
	if i < 0 {
		return path, "", ""
	}
	if len(parts) > i+1 && parts[i+1] == "uploads" {
		return strings.Join(parts[:i], "/"), "uploads", ""
	}
	return strings.Join(parts[:i], "/"), parts[i], parts[len(parts)-1]
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
