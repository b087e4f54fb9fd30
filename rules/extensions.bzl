"""The module extension that brings the user's settings into the build.

lokki's own MODULE.bazel uses it; a project that uses lokki has nothing to add.
"""

load("//rules/private:config_repository.bzl", "config_repository")

def _lokki_config_impl(ctx):
    config_repository(name = "lokki_config")

    # The repository declares what it depends on, so lock files don't have to.
    return ctx.extension_metadata(reproducible = True)

lokki_config = module_extension(
    doc = "Makes the repository lokki_config from settings outside the project's sources.",
    implementation = _lokki_config_impl,
)
