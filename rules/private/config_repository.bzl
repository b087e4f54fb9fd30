"""The repository with a copy of all settings from outside the BUILD files.

A build is a function of its inputs: the user's and the project's lokki.yml and
the environment variables become files of this repository. Bazel makes it again
when one of them changes, appears or is removed. docs/config.md describes them.
"""

load(":architecture.bzl", "default_architecture")

# The variables of tools/internal/config, whose tests compare the two.
_VARIABLES = [
    "LOKKI_ARTIFACT_BUCKET",
    "LOKKI_PREFIX",
    "LOKKI_DATA_EXPIRY",
    "LOKKI_ROLES_PIPELINE",
    "LOKKI_ROLES_LAMBDA",
    "LOKKI_LAMBDA_ENV",
    "LOKKI_LAMBDA_DEFAULTS_TIMEOUT",
    "LOKKI_LAMBDA_DEFAULTS_MEMORY",
    "LOKKI_LAMBDA_DEFAULTS_EPHEMERAL_STORAGE",
    "LOKKI_LAMBDA_DEFAULTS_ARCHITECTURE",
    "LOKKI_LAMBDA_DEFAULTS_IMAGE_TAG",
    "LOKKI_ECR_REPO_PREFIX",
    "LOKKI_LOG_RETENTION",
    "LOKKI_TRACING",
    "LOKKI_METRICS",
    "LOKKI_BUILD_DIR",
]

_BUILD = """\
load("@bazel_skylib//:bzl_library.bzl", "bzl_library")

package(default_visibility = ["//visibility:public"])

exports_files([
    "global.yml",
    "project.yml",
    "variables.json",
])

bzl_library(
    name = "defaults",
    srcs = ["defaults.bzl"],
)
"""

def _copy(ctx, path, name):
    """Copies a file that may be absent, and returns its content."""
    content = ""
    if path:
        ctx.watch(path)
        if path.exists and not path.is_dir:
            content = ctx.read(path)
    _write(ctx, name, content)
    return content

def _write(ctx, name, content):
    # Strings from outside are raw bytes here; by default Bazel 7 would encode them a second time.
    ctx.file(name, content, executable = False, legacy_utf8 = False)

def _config_repository_impl(ctx):
    home = ctx.getenv("HOME") or ctx.getenv("USERPROFILE")
    global_file = _copy(ctx, ctx.path(home).get_child(".lokki", "lokki.yml") if home else None, "global.yml")
    project_file = _copy(ctx, ctx.workspace_root.get_child("lokki.yml"), "project.yml")
    values = [(name, ctx.getenv(name)) for name in _VARIABLES]
    variables = {name: value for name, value in values if value != None}
    _write(ctx, "variables.json", json.encode_indent(variables, indent = "  ") + "\n")
    _write(ctx, "defaults.bzl", '"""The settings that the rules need before the tools read lokki.yml."""\n\nDEFAULT_ARCHITECTURE = "{}"\n'.format(
        default_architecture(variables.get("LOKKI_LAMBDA_DEFAULTS_ARCHITECTURE"), project_file, global_file),
    ))
    _write(ctx, "BUILD.bazel", _BUILD)

config_repository = repository_rule(
    doc = "Copies the settings from outside the BUILD files; absent ones are empty files.",
    implementation = _config_repository_impl,
)
