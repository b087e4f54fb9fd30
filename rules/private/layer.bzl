"""The rule that makes the layer of a step's image."""

def _step_layer_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".tar.gz")
    args = ctx.actions.args()
    args.add("-binary", ctx.executable.binary)
    args.add("-path", ctx.attr.path)
    args.add("-out", out)
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [args],
        inputs = [ctx.executable.binary],
        outputs = [out],
        mnemonic = "LokkiLayer",
        progress_message = "Packing the layer %{label}",
    )
    return [DefaultInfo(files = depset([out]))]

step_layer = rule(
    doc = "Packs a binary as a layer of an image. The same binary gives the same bytes.",
    implementation = _step_layer_impl,
    attrs = {
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
        "_tool": attr.label(
            cfg = "exec",
            default = Label("//tools/internal/layer/cmd/layer"),
            executable = True,
        ),
    },
)
