"""The rule that draws a flow."""

load("//rules:providers.bzl", "LokkiFlowInfo")

def _flow_diagram_impl(ctx):
    graph = ctx.attr.flow[LokkiFlowInfo].graph
    out = ctx.actions.declare_file(ctx.label.name)
    args = ctx.actions.args()
    args.add("-graph", graph)
    args.add("-out", out)
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [args],
        # The Graphviz library caches compiled code in the temporary folder and trusts what it finds
        # there. With no such folder it compiles each time, which takes a second.
        env = {"TMPDIR": "/dev/null"},
        inputs = [graph],
        outputs = [out],
        mnemonic = "LokkiDiagram",
        progress_message = "Drawing %{label}",
    )
    return [DefaultInfo(files = depset([out]))]

flow_diagram = rule(
    doc = "Draws a flow as SVG. The file has the target's name.",
    implementation = _flow_diagram_impl,
    attrs = {
        "flow": attr.label(
            doc = "The lokki_flow.",
            mandatory = True,
            providers = [LokkiFlowInfo],
        ),
        "_tool": attr.label(
            cfg = "exec",
            default = Label("//tools/internal/svg/cmd/svg"),
            executable = True,
        ),
    },
)
