package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one version of a Bazel module. All versions of a module share one
// folder.
type module struct{ name, version string }

// Files in the registry's folder that make Bazel use only this registry.
const (
	bazelrc  = "bazelrc"
	bazelrc7 = "bazelrc-7" // for Bazel 7, in addition
)

// ensureRegistry makes the local registry and returns its folder. It leads to the given
// folders of modules too.
func ensureRegistry(ctx context.Context, cache, root, project string, modules map[string]string) (dir string, err error) {
	dirs := maps.Clone(modules)
	for name, path := range debianModules {
		dirs[name] = filepath.Join(root, path)
	}
	for name, path := range standIns {
		dirs[name] = filepath.Join(project, path)
	}
	files, err := registryFiles(dirs, rootModules(root, project))
	if err != nil {
		return "", fmt.Errorf("making the local registry: %w", err)
	}

	files = append(files, file{bazelrc7, bazelrc7For(cache, project)})

	// The folder is named after its content: different clones don't interfere,
	// and a changed MODULE.bazel takes effect at once.
	sum := sha256.New()
	for _, f := range append(files, file{bazelrc, bazelrcFor("", cache)}) {
		fmt.Fprintf(sum, "%s\n%d\n%s", f.path, len(f.content), f.content)
	}
	dir = filepath.Join(cache, "registry", fmt.Sprintf("%x", sum.Sum(nil)[:8]))
	err = once(ctx, dir, func(_ context.Context, tmp string) error {
		for _, f := range append(files, file{bazelrc, bazelrcFor(dir, cache)}) {
			path := filepath.Join(tmp, f.path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(f.content), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
	return dir, err
}

// bazelrcFor is the configuration for a Bazel that uses only the local
// registry.
func bazelrcFor(registry, cache string) string {
	lines := []string{
		"common --registry=file://" + registry,
		// Debian's Bazel 7.7.1 can't read the lock files of other versions.
		"common --lockfile_mode=off",
		// The local registry always answers with its one version; a warning
		// would be noise.
		"common --check_direct_dependencies=off",
		// Go modules are downloaded once for all workspaces. Gazelle's tools are
		// compiled during the set-up, and each workspace takes them from Go's cache.
		"common --repo_env=GO_REPOSITORY_USE_HOST_CACHE=1",
		// They are downloaded regardless of any Go workspace around Bazel's
		// folders.
		"common --repo_env=GOWORK=off",
		"common --disk_cache=" + filepath.Join(cache, "disk"),
	}
	return strings.Join(lines, "\n") + "\n"
}

// bazelrc7For is what Bazel 7 needs in addition.
func bazelrc7For(cache, project string) string {
	// The WORKSPACE suffix, off by default in later versions, would download
	// rules_cc.
	lines := []string{"common --noenable_workspace"}
	for _, dir := range []string{cache, project} {
		if strings.HasPrefix(dir, "/tmp/") {
			// Sandboxes get their own /tmp, in which the modules would be
			// missing.
			lines = append(lines, "common --noincompatible_sandbox_hermetic_tmp")
			break
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// rootModules lists the MODULE.bazel files to start from: those of lokki's own
// workspaces and the one inside Bazel.
func rootModules(root, project string) []string {
	files := []string{filepath.Join(root, "usr/share/bazel/embedded_tools/MODULE.bazel")}
	for _, dir := range []string{"", "examples", "airgap/rules_oci"} {
		files = append(files, filepath.Join(project, dir, "MODULE.bazel"))
	}
	if wd, err := os.Getwd(); err == nil {
		for dir := wd; ; dir = filepath.Dir(dir) { // the workspace that tools/bazel was called in
			if f := filepath.Join(dir, "MODULE.bazel"); exists(f) && !slices.Contains(files, f) {
				files = append(files, f)
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return files
}

// file is one file of the registry, by its path in it.
type file struct{ path, content string }

// registryFiles makes the registry's files: an entry for every version of a
// module that any module asks for, starting with the roots' MODULE.bazel files.
// Bazel picks the highest version, and all lead to the module's one folder. A
// module that isn't in dirs has no entry: Bazel reports which module asks for
// it.
func registryFiles(dirs map[string]string, roots []string) ([]file, error) {
	texts := map[string]string{} // module name → its MODULE.bazel
	var queue []string
	for _, path := range roots {
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		queue = append(queue, string(text))
	}
	// local_config_platform, which Bazel generates, depends on this module and
	// has no file to read.
	queue = append(queue, `bazel_dep(name = "platforms", version = "0.0.7")`)
	seen := map[module]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, dep := range bazelDeps(queue[0]) {
			dir, known := dirs[dep.name]
			if !known || seen[dep] {
				continue
			}
			seen[dep] = true
			if _, read := texts[dep.name]; !read {
				text, err := os.ReadFile(filepath.Join(dir, "MODULE.bazel"))
				if err != nil {
					return nil, err
				}
				texts[dep.name] = string(text)
				queue = append(queue, string(text))
			}
		}
	}

	modules := make([]module, 0, len(seen))
	for m := range seen {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int {
		return strings.Compare(a.name+"@"+a.version, b.name+"@"+b.version)
	})
	files := []file{{"bazel_registry.json", "{}\n"}}
	for _, m := range modules {
		source, err := json.Marshal(map[string]string{"type": "local_path", "path": dirs[m.name]})
		if err != nil {
			return nil, err
		}
		dir := filepath.Join("modules", m.name, m.version)
		files = append(files,
			file{filepath.Join(dir, "MODULE.bazel"), withVersion(texts[m.name], m)},
			file{filepath.Join(dir, "source.json"), string(source) + "\n"})
	}
	return files, nil
}

var (
	comment    = regexp.MustCompile(`(?m)#.*$`)
	bazelDep   = regexp.MustCompile(`(?s)\bbazel_dep\((.*?)\)`)
	moduleCall = regexp.MustCompile(`(?s)\bmodule\(.*?\)`)
	nameArg    = regexp.MustCompile(`\bname\s*=\s*"([^"]*)"`)
	versionArg = regexp.MustCompile(`\bversion\s*=\s*"([^"]*)"`)
)

// bazelDeps lists a MODULE.bazel's dependencies. Their calls contain only
// literals, so they can be read without Starlark.
func bazelDeps(text string) []module {
	var deps []module
	for _, call := range bazelDep.FindAllStringSubmatch(comment.ReplaceAllString(text, ""), -1) {
		name, version := nameArg.FindStringSubmatch(call[1]), versionArg.FindStringSubmatch(call[1])
		if name != nil && version != nil {
			deps = append(deps, module{name[1], version[1]})
		}
	}
	return deps
}

// withVersion is the module's MODULE.bazel with the version that was asked for,
// which Bazel compares with the entry's path.
func withVersion(text string, m module) string {
	text = comment.ReplaceAllString(text, "")
	call := moduleCall.FindString(text)
	stated := nameArg.ReplaceAllString(call, fmt.Sprintf("name = %q, version = %q", m.name, m.version))
	if versionArg.MatchString(call) {
		stated = versionArg.ReplaceAllString(call, fmt.Sprintf("version = %q", m.version))
	}
	return strings.Replace(text, call, stated, 1)
}
