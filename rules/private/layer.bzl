"""The rule that makes the layer of a step's image."""

load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _step_layer_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar.gz")
    tool_action(
        ctx,
        "layer",
        {"binary": ctx.executable.binary, "out": out},
        [out],
        "layer",
        texts = {"path": ctx.attr.path},
    )
    return [DefaultInfo(files = depset([out]))]

step_layer = rule(
    doc = "Packs a binary as a layer of an image. The same binary gives the same bytes.",
    implementation = _step_layer_impl,
    attrs = BUILD_TOOL_ATTRS | {
        "binary": attr.label(
            doc = "The binary.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "path": attr.string(
            doc = "Absolute path of the binary in the image.",
            mandatory = True,
        ),
    },
)
