package gazelle

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// sources reads the Go packages of a repository, each at most once.
type sources struct {
	root       string
	rootPrefix string // of the root's directive "gazelle:prefix"
	packages   map[string]*goPackage
	used       map[stepFunction]bool
}

func newSources(root string) *sources {
	return &sources{root: root, packages: map[string]*goPackage{}}
}

// packageOf returns the package of the repository with this import path, as code
// in folder rel imports it, or nil.
func (s *sources) packageOf(importPath, rel string) *goPackage {
	if p, ok := s.packages[importPath]; ok {
		return p
	}
	var found *goPackage
	if dir, ok := s.folderOf(importPath, rel); ok {
		if p, err := readPackage(s.root, dir, fileNames(filepath.Join(s.root, dir))); err == nil && len(p.files) > 0 {
			p.path = importPath
			found = p
		}
	}
	s.packages[importPath] = found
	return found
}

// folderOf finds a package by the go.mod files in the folders above rel, or by the
// root's prefix.
func (s *sources) folderOf(importPath, rel string) (string, bool) {
	for dir := rel; ; dir = parent(dir) {
		if module := modulePath(filepath.Join(s.root, dir, "go.mod")); module != "" {
			if rest, ok := below(importPath, module); ok {
				return path.Join(dir, rest), true
			}
		}
		if dir == "" {
			break
		}
	}
	if s.rootPrefix == "" {
		return "", false
	}
	return below(importPath, s.rootPrefix)
}

func parent(dir string) string {
	if dir = path.Dir(dir); dir == "." {
		return ""
	}
	return dir
}

func below(importPath, prefix string) (string, bool) {
	if importPath == prefix {
		return "", true
	}
	return strings.CutPrefix(importPath, prefix+"/")
}

func modulePath(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) >= 2 && words[0] == "module" {
			return strings.Trim(words[1], "\"`")
		}
	}
	return ""
}

func fileNames(dir string) []string {
	entries, _ := os.ReadDir(dir) // what can't be read has no flows
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// isUsed: is the function a step of a flow of another package? The first call
// reads all packages of the repository that import lokki: a step's rule is beside its
// function, wherever the flow is.
func (s *sources) isUsed(step stepFunction) bool {
	if s.used == nil {
		s.used = map[stepFunction]bool{}
		// A folder that can't be read has no flows.
		_ = filepath.WalkDir(s.root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return nil
			}
			if name != s.root && isSkipped(name, d.Name()) {
				return fs.SkipDir
			}
			s.addUses(name)
			return nil
		})
	}
	return s.used[step]
}

func (s *sources) addUses(dir string) {
	names := fileNames(dir)
	if !mentionLokki(dir, names) {
		return
	}
	rel, err := filepath.Rel(s.root, dir)
	if err != nil {
		return
	}
	if rel = filepath.ToSlash(rel); rel == "." {
		rel = ""
	}
	p, err := readPackage(s.root, rel, names)
	if err != nil {
		return
	}
	for _, f := range p.flows(s) {
		for _, step := range f.steps {
			if step.path != "" {
				s.used[step] = true
			}
		}
	}
}

func mentionLokki(dir string, names []string) bool {
	for _, name := range names {
		if !isSource(name) {
			continue
		}
		if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil && bytes.Contains(data, []byte(lokkiPath)) {
			return true
		}
	}
	return false
}

// isSkipped: folders that Go or Bazel ignores, and other Bazel repositories.
func isSkipped(dir, name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "bazel-") ||
		name == "testdata" || name == "vendor" || name == "node_modules" {
		return true
	}
	for _, boundary := range []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE", "WORKSPACE.bazel"} {
		if _, err := os.Stat(filepath.Join(dir, boundary)); err == nil {
			return true
		}
	}
	return false
}
