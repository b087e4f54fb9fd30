"""oci_push: pushes an image to a registry when it is run."""

load(":attributes.bzl", "lines_file")
load(":run.bzl", "RUN_ATTRS", "run_program")

def _oci_push_impl(ctx):
    # A colon in the last part starts a tag; an earlier one starts a port.
    repository = ctx.attr.repository
    if "@" in repository or ":" in repository.rpartition("/")[2]:
        fail("repository can have neither tag nor digest: {}. Put tags into remote_tags.".format(repository))

    arguments = ["push", "-image", ctx.file.image]
    if repository:
        arguments += ["-repository", repository]
    elif ctx.file.repository_file:
        arguments += ["-repository_file", ctx.file.repository_file]
    if ctx.file.remote_tags:
        arguments += ["-remote_tags", ctx.file.remote_tags]

    return run_program(
        ctx,
        output = ctx.actions.declare_file("push_{}.sh".format(ctx.label.name)),
        arguments = arguments,
        runfiles = [ctx.attr.image[DefaultInfo].default_runfiles],
    )

oci_push_rule = rule(
    implementation = _oci_push_impl,
    doc = """Pushes an image or image index by its digest, then tags it.

`bazel run TARGET -- -t TAG -r REPOSITORY` adds a tag and uses another repository; `--insecure` allows HTTP.
It uses the credentials of `docker login` or `podman login`. The macro `oci_push` is easier to use.
""",
    attrs = RUN_ATTRS | {
        "image": attr.label(mandatory = True, allow_single_file = True, doc = "An oci_image or oci_image_index."),
        "remote_tags": attr.label(allow_single_file = True, doc = "A file of tags."),
        "repository": attr.string(doc = "Such as `ghcr.io/owner/app`, with neither tag nor digest."),
        "repository_file": attr.label(allow_single_file = True, doc = "A file with the repository, instead of `repository`."),
    },
    executable = True,
)

def oci_push(name, remote_tags = None, **kwargs):
    """Pushes an image when it is run.

    Args:
        name: name of the target to run.
        remote_tags: list of tags, or file of them.
        **kwargs: other attributes of `oci_push_rule`.
    """
    oci_push_rule(
        name = name,
        remote_tags = lines_file(name, "tags", remote_tags, kwargs),
        **kwargs
    )
