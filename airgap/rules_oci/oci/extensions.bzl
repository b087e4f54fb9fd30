"""The module extension `oci`: the API of rules_oci 2.3.0, without its downloads."""

load("//oci/private:pull.bzl", "unavailable_image")

_pull = tag_class(
    attrs = {
        "name": attr.string(doc = "Name of the repository."),
        "bazel_tags": attr.string_list(),
        "config": attr.label(),
        "digest": attr.string(),
        "image": attr.string(doc = "The image, such as `ghcr.io/owner/app`."),
        "platforms": attr.string_list(doc = "Each adds a repository `NAME_OS_ARCHITECTURE`."),
        "registry": attr.string(),
        "repository": attr.string(),
        "reproducible": attr.bool(default = True),
        "tag": attr.string(),
        "www_authenticate_challenges": attr.string_dict(),
    },
    doc = "Declares an image. Building with it fails here, with an error that says so.",
)

_toolchains = tag_class(
    attrs = {"name": attr.string(default = "oci")},
    doc = "Has no effect: this module's only tool is built from source.",
)

def _oci_impl(module_ctx):
    for module in module_ctx.modules:
        for pull in module.tags.pull:
            image = pull.image or "{}/{}".format(pull.registry, pull.repository)
            names = [pull.name] + ["_".join([pull.name] + platform.split("/")) for platform in pull.platforms]
            for name in names:
                unavailable_image(name = name, image = image)

oci = module_extension(
    implementation = _oci_impl,
    doc = "Declares the images that are pulled from registries.",
    tag_classes = {
        "pull": _pull,
        "toolchains": _toolchains,
    },
)
