package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// debianModules maps the Bazel modules in Debian's packages to their folders in
// the root.
var debianModules = map[string]string{
	"bazel_skylib":   "usr/share/bazel/tools/skylib",
	"bazel_features": "usr/share/bazel/tools/features",
	"platforms":      "usr/share/bazel/tools/platforms",
	"rules_cc":       "usr/share/bazel/rules/cc",
	"rules_java":     "usr/share/bazel/rules/java",
	"rules_license":  "usr/share/bazel/rules/license",
	"rules_proto":    "usr/share/bazel/rules/proto",
	"rules_python":   "usr/share/bazel/rules/python",
	"rules_shell":    "usr/share/bazel/rules/shell",
	"stardoc":        "usr/share/bazel/tools/stardoc",
}

// standIns are the modules that a folder of airgap/ replaces.
var standIns = map[string]string{
	"apple_support":    "airgap/modules/apple_support",
	"buildozer":        "airgap/modules/buildozer",
	"package_metadata": "airgap/modules/package_metadata",
	"protobuf":         "airgap/modules/protobuf",
	"zlib":             "airgap/modules/zlib",
	"rules_oci":        "airgap/rules_oci",
}

// goModule is a Bazel module that the Go module mirrors have.
type goModule struct {
	name    string // of the Bazel module
	path    string // of the Go module
	version string
	// prepare turns a copy of the Go module into a Bazel module again.
	prepare func(ctx context.Context, dir string) error
}

// goModules: newer versions don't work with Debian's modules. rules_go 0.60
// needs flags of a newer bazel_features.
var goModules = []goModule{
	{"rules_go", "github.com/bazelbuild/rules_go", "v0.59.0", prepareRulesGo},
	{"gazelle", "github.com/bazelbuild/bazel-gazelle", "v0.53.0", prepareGazelle},
}

// gazelleV2 is the part of gazelle that is a separate Go module, and so not in
// gazelle's archive.
const gazelleV2 = "github.com/bazel-contrib/bazel-gazelle/v2@v2.0.0-3"

// ensure returns the module's folder in the cache, and creates it if missing.
func (m goModule) ensure(ctx context.Context, cache string) (string, error) {
	// The number is the version of the preparation below: raise it with each
	// change.
	dir := filepath.Join(cache, "modules", fmt.Sprintf("%s-%s-1", m.name, m.version))
	err := once(ctx, dir, func(ctx context.Context, tmp string) error {
		step(fmt.Sprintf("fetching %s %s as a Go module", m.name, m.version))
		if err := copyGoModule(ctx, m.path+"@"+m.version, tmp); err != nil {
			return err
		}
		if err := m.prepare(ctx, tmp); err != nil {
			return fmt.Errorf("preparing %s: %w", m.name, err)
		}
		return nil
	})
	return dir, err
}

// downloadGoModule returns the module's folder in Go's cache.
func downloadGoModule(ctx context.Context, module string) (dir string, err error) {
	// Run in a new module: no other go.mod is read or changed.
	own, err := os.MkdirTemp("", "lokki-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(own)
	if err := os.WriteFile(filepath.Join(own, "go.mod"), []byte("module launcher\n"), 0o644); err != nil {
		return "", err
	}
	out, err := goCommand(ctx, own, "mod", "download", "-json", module).Output()
	var info struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &info); jsonErr != nil || info.Error != "" || err != nil {
		return "", errors.Join(err, errors.New(info.Error))
	}
	return info.Dir, nil
}

// goCommand runs go in a folder, regardless of a surrounding workspace and of
// the user's flags.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off", "GOFLAGS=")
	return cmd
}

// copyGoModule puts a writable copy of the Go module ("path@version") in dir.
func copyGoModule(ctx context.Context, module, dir string) error {
	downloaded, err := downloadGoModule(ctx, module)
	for pause := time.Second; err != nil && pause < 10*time.Second && ctx.Err() == nil; pause *= 4 {
		select { // a proxy may fail a request
		case <-time.After(pause):
		case <-ctx.Done():
		}
		downloaded, err = downloadGoModule(ctx, module)
	}
	if err != nil {
		return withHint(fmt.Errorf("downloading the Go module %s: %w", module, err),
			"check the network and GOPROXY (go env GOPROXY), then call again")
	}
	src := os.DirFS(downloaded)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(dir, src); err != nil {
		return fmt.Errorf("copying %s: %w", module, err)
	}
	// Module archives have neither write nor execute permissions.
	return filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if d.IsDir() || strings.HasSuffix(path, ".sh") {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// prepareRulesGo makes go_sdk.download use this machine's Go: so a MODULE.bazel
// that pins a version to download, as is best elsewhere, works here unchanged.
func prepareRulesGo(_ context.Context, dir string) error {
	err := edit(filepath.Join(dir, "go/private/sdk.bzl"),
		"def _go_download_sdk_impl(ctx):\n",
		`def _go_download_sdk_impl(ctx):
    goroot = _detect_host_sdk(ctx)
    platform = _detect_sdk_platform(ctx, goroot)
    wanted = (ctx.attr.goos + "_" + ctx.attr.goarch) if ctx.attr.goos else platform
    if wanted != platform:
        fail("no Go SDK for %s: without the network there is only this machine's, for %s" % (wanted, platform))
    _sdk_build_file(ctx, platform, ctx.attr.version, experiments = ctx.attr.experiments)
    _local_sdk(ctx, goroot)

# The rule as it is where SDKs can be downloaded.
def _unused_go_download_sdk_impl(ctx):
`)
	if err != nil {
		return err
	}
	// The list of SDKs can't be fetched, and each build would print two
	// warnings for trying.
	return edit(filepath.Join(dir, "go/private/sdk.bzl"),
		"def fetch_sdks_by_version(ctx, allow_fail = False):\n",
		"def fetch_sdks_by_version(ctx, allow_fail = False):\n    if allow_fail:\n        return None\n")
}

// prepareGazelle adds the part that is a separate Go module, and has gazelle list the
// sources of its tools that fetch Go modules for Bazel. It compiles these, so that
// Bazel, which does so again before it loads anything, finds them in Go's cache.
func prepareGazelle(ctx context.Context, dir string) error {
	if err := copyGoModule(ctx, gazelleV2, filepath.Join(dir, "v2")); err != nil {
		return err
	}
	cmd := goCommand(ctx, dir, "run", "internal/list_repository_tools_srcs.go",
		"-dir="+dir, "-generate=internal/go_repository_tools_srcs.bzl")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("listing gazelle's sources: %w\n%s", err, out)
	}
	cmd = goCommand(ctx, dir, "build", "-trimpath", "-buildvcs=false", // as go_repository_tools.bzl does
		"github.com/bazel-contrib/bazel-gazelle/v2/cmd/gazelle",
		"github.com/bazelbuild/bazel-gazelle/cmd/fetch_repo",
		"github.com/bazelbuild/bazel-gazelle/cmd/generate_repo_config")
	cmd.Env = append(cmd.Env, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling gazelle's tools: %w\n%s", err, out)
	}
	return nil
}

// edit replaces the only place in the file that reads old.
func edit(path, old, new string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(data), old); n != 1 {
		return fmt.Errorf("%s has %d places that read %q; want one", path, n, old)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o644)
}
