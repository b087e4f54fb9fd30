"""oci_load: loads an image into a container engine when it is run."""

load(":attributes.bzl", "lines_file")
load(":run.bzl", "RUN_ATTRS", "run_program")

def _oci_load_impl(ctx):
    # Made only if its output group is requested: it is as large as the image.
    tarball = ctx.actions.declare_file(ctx.label.name + "/tarball.tar")
    args = ctx.actions.args()
    args.add("tarball")
    args.add("-image", ctx.file.image.path)
    args.add("-tags", ctx.file.repo_tags)
    args.add("-format", ctx.attr.format)
    args.add("-output", tarball)
    ctx.actions.run(
        executable = ctx.executable._oci,
        arguments = [args],
        inputs = [ctx.file.image, ctx.file.repo_tags],
        outputs = [tarball],
        mnemonic = "OCITarball",
        progress_message = "Making the tarball %{label}",
    )

    arguments = ["load", "-image", ctx.file.image, "-tags", ctx.file.repo_tags, "-format", ctx.attr.format]
    runfiles = [ctx.attr.image[DefaultInfo].default_runfiles]
    if ctx.executable.loader:
        arguments += ["-loader", ctx.executable.loader]
        runfiles.append(ctx.attr.loader[DefaultInfo].default_runfiles)

    return [
        run_program(
            ctx,
            output = ctx.actions.declare_file(ctx.label.name + ".sh"),
            arguments = arguments,
            runfiles = runfiles,
        ),
        OutputGroupInfo(tarball = depset([tarball])),
    ]

oci_load_rule = rule(
    implementation = _oci_load_impl,
    doc = """Loads an image into docker, podman or nerdctl, whichever is on PATH first.

The output group `tarball` has the tarball that is loaded. The macro `oci_load` is easier to use.
""",
    attrs = RUN_ATTRS | {
        "format": attr.string(default = "docker", values = ["docker", "oci"], doc = "`docker` for an image, `oci` for an image index."),
        "image": attr.label(mandatory = True, allow_single_file = True, doc = "An oci_image or oci_image_index."),
        "loader": attr.label(
            allow_files = True,
            cfg = "target",
            doc = "A program to run, as `LOADER load --input FILE`, instead of an engine.",
            executable = True,
        ),
        "repo_tags": attr.label(mandatory = True, allow_single_file = [".txt"], doc = "A file of names such as `app:latest`."),
    },
    executable = True,
)

def oci_load(name, repo_tags = None, **kwargs):
    """Loads an image when it is run.

    Args:
        name: name of the target to run.
        repo_tags: list of names such as `app:latest`, or file of them.
        **kwargs: other attributes of `oci_load_rule`.
    """
    oci_load_rule(
        name = name,
        repo_tags = lines_file(name, "tags", repo_tags, kwargs),
        **kwargs
    )
