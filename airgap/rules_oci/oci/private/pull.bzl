"""The repository of an image that can't be pulled."""

def _unavailable_image_impl(repository_ctx):
    # Failing here and not in the extension spares builds that don't use the
    # image.
    fail("""
the base image {image} (repository {name}) can't be pulled: this rules_oci is the stand-in for machines that can't reach GitHub.
hint: build where the Bazel Central Registry can be reached, or set base to a directory in OCI layout that is in your sources
""".format(
        image = repository_ctx.attr.image,
        name = repository_ctx.name,
    ))

unavailable_image = repository_rule(
    implementation = _unavailable_image_impl,
    attrs = {"image": attr.string(mandatory = True, doc = "The image, as it would be pulled.")},
    doc = "Fails when something asks for it.",
)
