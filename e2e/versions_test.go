package e2e

import (
	"strings"
	"testing"
)

// newerBazel has Bazel 7 do what Bazel 8 and 9 do.
var newerBazel = []string{
	"--incompatible_use_plus_in_repo_names", // external/lokki+ in place of external/lokki~
	"--noenable_workspace",
	"--incompatible_autoload_externally=", // each rule that was part of Bazel is loaded
	"--incompatible_disable_native_repo_rules",
	"--incompatible_disable_starlark_host_transitions",
	"--incompatible_disallow_empty_glob",
	"--incompatible_disallow_struct_provider_syntax",
	"--incompatible_enable_deprecated_label_apis=false",
	"--incompatible_fail_on_unknown_attributes",
	"--incompatible_no_implicit_watch_label",
	"--incompatible_stop_exporting_language_modules",
	"--incompatible_strict_action_env",
}

// A flow has the same images, whatever version of Bazel builds them. The cache of other builds is used: what counts here is
// what comes out of them.
func TestVersionsOfBazel(t *testing.T) {
	w := newWorkspace(t, t.TempDir())
	w.cached = true
	version, err := w.command("--version").Output()
	if err != nil {
		t.Fatalf("asking Bazel for its version: %v", err)
	}
	if !strings.HasPrefix(string(version), "bazel 7.") {
		t.Skipf("this is %swhich is newer than what can do both", version)
	}
	targets := append([]string{"//flows:birds_fingerprints"}, everything...)
	w.build(t, targets...)
	want := digests(t, w)

	w.flags = newerBazel
	w.build(t, targets...)
	compare(t, want, digests(t, w))

	for _, folder := range []string{".", "examples"} {
		w.folder = folder
		// Its actions are those of any version: that they are found is what counts.
		if out, err := w.command("build", "--nobuild", "//...").CombinedOutput(); err != nil {
			t.Errorf("in the folder %s: %v\n%s", folder, err, out)
		}
	}
}
