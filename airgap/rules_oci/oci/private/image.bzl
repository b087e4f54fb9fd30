"""oci_image: an image from tar archives and an optional base image."""

load(":attributes.bzl", "comma_file", "common_attributes", "dict_file", "lines_file")
load(":digest.bzl", "image_digest")

_TARS = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"]

# Attributes whose files go to the tool as they are, in a flag of the same name.
_FILES = {
    "annotations": "`key=value` lines for the manifest.",
    "cmd": "Arguments after the entrypoint, one per line.",
    "created": "The time the image was created, as in `2020-01-02T03:04:05Z`, with nothing after it.",
    "entrypoint": "Program and arguments, one per line. Clears the `cmd` of the base image.",
    "env": "`key=value` lines. `$key` and `${key}` in a value are variables of the base image or of earlier lines.",
    "exposed_ports": "Ports such as `8080/tcp`, separated by commas.",
    "labels": "`key=value` lines for the configuration.",
    "volumes": "Paths, separated by commas.",
}

def _oci_image_impl(ctx):
    attr = ctx.attr
    if attr.base and (attr.os or attr.architecture or attr.variant):
        fail("base can't be combined with os, architecture or variant, which the base image determines. Remove one or the other.")
    if not attr.base and not (attr.os and attr.architecture):
        fail("os and architecture are needed, because there is no base image. Set both, or base.")

    output = ctx.actions.declare_directory(ctx.label.name)
    inputs = list(ctx.files.tars)
    args = ctx.actions.args()
    args.add("image")
    args.add("-output", output.path)
    if attr.base:
        args.add("-base", ctx.file.base.path)
        inputs.append(ctx.file.base)
    for name in ["os", "architecture", "variant", "user", "workdir"]:
        if getattr(attr, name):
            args.add("-" + name, getattr(attr, name))
    for tar in ctx.files.tars:
        args.add("-layer", tar)
        args.add("-label", tar.owner)
    for name in _FILES:
        file = getattr(ctx.file, name)
        if file:
            args.add("-" + name, file)
            inputs.append(file)

    ctx.actions.run(
        executable = ctx.executable._oci,
        arguments = [args],
        inputs = inputs,
        outputs = [output],
        mnemonic = "OCIImage",
        progress_message = "Making the image %{label}",
    )
    return DefaultInfo(files = depset([output]))

oci_image_rule = rule(
    implementation = _oci_image_impl,
    doc = "Makes an image, as one directory in OCI layout. The macro `oci_image` is easier to use.",
    attrs = {
        name: attr.label(allow_single_file = True, doc = "A file. " + doc)
        for name, doc in _FILES.items()
    } | {
        "architecture": attr.string(doc = "CPU architecture, as in GOARCH."),
        "base": attr.label(allow_single_file = True, doc = "An OCI layout with the image to start from."),
        "os": attr.string(doc = "Operating system, as in GOOS."),
        "resource_set": attr.string(
            default = "default",
            doc = "Has no effect: the tool needs no more than Bazel's default.",
            values = ["default", "cpu_2", "cpu_4", "mem_512m", "mem_1g", "mem_2g", "mem_4g", "mem_8g", "mem_16g", "mem_32g"],
        ),
        "tars": attr.label_list(allow_files = _TARS, doc = "The layers, lowest first."),
        "user": attr.string(doc = "User, and group after a colon."),
        "variant": attr.string(doc = "Variant of the architecture, such as `v8`."),
        "workdir": attr.string(doc = "Working directory."),
        "_oci": attr.label(default = "//cmd/oci", executable = True, cfg = "exec"),
    },
)

def oci_image(
        name,
        created = None,
        labels = None,
        annotations = None,
        env = None,
        cmd = None,
        entrypoint = None,
        exposed_ports = None,
        volumes = None,
        **kwargs):
    """Makes an image, and the target `NAME.digest` with a file that has its digest.

    Args:
        name: name of the image.
        created: file with the time the image was created.
        labels: dictionary, or file of `key=value` lines.
        annotations: dictionary, or file of `key=value` lines.
        env: dictionary, or file of `key=value` lines.
        cmd: list, or file with one element per line.
        entrypoint: list, or file with one element per line.
        exposed_ports: list, or file of elements separated by commas.
        volumes: list, or file of elements separated by commas.
        **kwargs: other attributes of `oci_image_rule`.
    """
    oci_image_rule(
        name = name,
        annotations = dict_file(name, "annotations", annotations, kwargs),
        cmd = lines_file(name, "cmd", cmd, kwargs),
        created = created,
        entrypoint = lines_file(name, "entrypoint", entrypoint, kwargs),
        env = dict_file(name, "env", env, kwargs),
        exposed_ports = comma_file(name, "exposed_ports", exposed_ports, kwargs),
        labels = dict_file(name, "labels", labels, kwargs),
        volumes = comma_file(name, "volumes", volumes, kwargs),
        **kwargs
    )
    image_digest(
        name = name + ".digest",
        image = name,
        out = name + ".json.sha256",
        **common_attributes(kwargs)
    )
