"""oci_image_index: an image index with images for several platforms."""

load(":attributes.bzl", "common_attributes", "dict_file")
load(":digest.bzl", "image_digest")

_PLATFORMS = "//command_line_option:platforms"

def _platforms_transition_impl(_settings, attr):
    # An empty list keeps the configuration.
    return [{_PLATFORMS: str(platform)} for platform in attr.platforms]

_platforms_transition = transition(
    implementation = _platforms_transition_impl,
    inputs = [],
    outputs = [_PLATFORMS],
)

def _oci_image_index_impl(ctx):
    if not ctx.attr.images:
        fail("images is empty. Name the images to index, or one image and its platforms.")

    # With platforms, each image is present once per platform.
    if ctx.attr.platforms and len(ctx.attr.images) != len(ctx.attr.platforms):
        fail("platforms needs exactly one image, which is built for each of them.")

    output = ctx.actions.declare_directory(ctx.label.name)
    inputs = list(ctx.files.images)
    args = ctx.actions.args()
    args.add("index")
    args.add("-output", output.path)
    for image in ctx.files.images:
        args.add("-image", image.path)
    if ctx.file.annotations:
        args.add("-annotations", ctx.file.annotations)
        inputs.append(ctx.file.annotations)

    ctx.actions.run(
        executable = ctx.executable._oci,
        arguments = [args],
        inputs = inputs,
        outputs = [output],
        mnemonic = "OCIIndex",
        progress_message = "Making the image index %{label}",
    )
    return DefaultInfo(files = depset([output]))

oci_image_index_rule = rule(
    implementation = _oci_image_index_impl,
    doc = "Makes an image index, as one directory in OCI layout. The macro `oci_image_index` is easier to use.",
    attrs = {
        "annotations": attr.label(allow_single_file = True, doc = "A file of `key=value` lines for the index."),
        "images": attr.label_list(mandatory = True, cfg = _platforms_transition, doc = "The images, in the index's order."),
        "platforms": attr.label_list(
            doc = "Platforms to build the image for. Bazel determines their order in the index.",
            providers = [platform_common.PlatformInfo],
        ),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_oci": attr.label(default = "//cmd/oci", executable = True, cfg = "exec"),
    },
)

def oci_image_index(name, annotations = None, **kwargs):
    """Makes an image index, and the target `NAME.digest` with a file that has its digest.

    Args:
        name: name of the index.
        annotations: dictionary, or file of `key=value` lines.
        **kwargs: other attributes of `oci_image_index_rule`.
    """
    oci_image_index_rule(
        name = name,
        annotations = dict_file(name, "annotations", annotations, kwargs),
        **kwargs
    )
    image_digest(
        name = name + ".digest",
        image = name,
        out = name + ".json.sha256",
        **common_attributes(kwargs)
    )
