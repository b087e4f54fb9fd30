"""The target NAME.digest of oci_image and oci_image_index."""

def _image_digest_impl(ctx):
    ctx.actions.run(
        executable = ctx.executable._oci,
        arguments = [ctx.actions.args().add("digest").add("-image", ctx.file.image.path).add("-output", ctx.outputs.out)],
        inputs = [ctx.file.image],
        outputs = [ctx.outputs.out],
        mnemonic = "OCIDigest",
        progress_message = "Reading the digest of %{label}",
    )
    return DefaultInfo(files = depset([ctx.outputs.out]))

image_digest = rule(
    implementation = _image_digest_impl,
    doc = "Writes an image's digest, such as `sha256:…`, and a line break to a file.",
    attrs = {
        "image": attr.label(mandatory = True, allow_single_file = True, doc = "An OCI layout."),
        "out": attr.output(mandatory = True),
        "_oci": attr.label(default = "//cmd/oci", executable = True, cfg = "exec"),
    },
)
