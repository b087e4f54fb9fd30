package e2e

import (
	"strings"
	"testing"
)

// newerBazel makes Bazel 7 behave like Bazel 8 and 9. Two flags are missing because modules that lokki takes from others
// don't build with them: --incompatible_enable_deprecated_label_apis=false (rules_license 0.0.7) and
// --incompatible_stop_exporting_language_modules (rules_go 0.59.0 names apple_common).
var newerBazel = []string{
	"--incompatible_use_plus_in_repo_names", // external/lokki+ in place of external/lokki~
	"--noenable_workspace",
	"--incompatible_autoload_externally=", // each rule that was part of Bazel is loaded
	"--incompatible_auto_exec_groups",
	"--incompatible_check_visibility_for_toolchains",
	"--incompatible_config_setting_private_default_visibility",
	"--incompatible_disable_native_repo_rules",
	"--incompatible_disable_starlark_host_transitions",
	"--incompatible_disable_target_provider_fields",
	"--incompatible_disallow_empty_glob",
	"--incompatible_disallow_struct_provider_syntax",
	"--incompatible_enable_proto_toolchain_resolution",
	"--incompatible_fail_on_unknown_attributes",
	"--incompatible_no_implicit_watch_label",
	"--incompatible_python_disallow_native_rules",
	"--incompatible_run_shell_command_string",
	"--incompatible_strict_action_env",
}

// A flow has the same images under every version of Bazel. Only the results count here, so other builds' cache is used.
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
		// The actions are the same in all versions, so that none has to run.
		if out, err := w.command("build", "--nobuild", "//...").CombinedOutput(); err != nil {
			t.Errorf("in the folder %s: %v\n%s", folder, err, out)
		}
	}
}
