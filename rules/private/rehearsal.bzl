"""The rules that rehearse a flow: they run what would be deployed on this machine."""

load("//rules:providers.bzl", "LokkiFlowInfo")
load(":names.bzl", "label_text", "rlocation")

def _rehearsal_impl(ctx):
    flow = ctx.attr.flow[LokkiFlowInfo]
    local = ctx.executable.local_run
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._tool, is_executable = True)

    # The program finds this file by its own name.
    artifacts = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(artifacts, json.encode_indent({
        "call": "bazel run {} --".format(label_text(ctx.label)),
        "flow": label_text(ctx.attr.flow.label),
        "template": rlocation(ctx, flow.template),
        "images": rlocation(ctx, flow.images),
        "graph": rlocation(ctx, flow.graph),
        "local": rlocation(ctx, local),
        "steps": [{
            "target": label_text(step.label),
            "image": rlocation(ctx, step.rehearsal_image),
            "architecture": step.architecture,
            "rehearsal_architecture": step.rehearsal_architecture,
        } for step in flow.steps],
    }, indent = "  ") + "\n")
    runfiles = ctx.runfiles(
        files = [artifacts, flow.template, flow.images, flow.graph, local] + [s.rehearsal_image for s in flow.steps],
    ).merge_all([
        ctx.attr._tool[DefaultInfo].default_runfiles,
        ctx.attr.local_run[DefaultInfo].default_runfiles,
    ])
    return [DefaultInfo(executable = executable, files = depset([executable, artifacts]), runfiles = runfiles)]

def _attrs(tool):
    return {
        "flow": attr.label(
            doc = "The lokki_flow.",
            mandatory = True,
            providers = [LokkiFlowInfo],
        ),
        "local_run": attr.label(
            doc = "The flow's local run.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "_tool": attr.label(
            cfg = "target",
            default = Label(tool),
            executable = True,
        ),
    }

rehearsal = rule(
    doc = "A program that runs a flow's state machine, template and images on this machine.",
    implementation = _rehearsal_impl,
    attrs = _attrs("//tools/rehearse/cmd/rehearse"),
    executable = True,
)

rehearsal_test = rule(
    doc = "Rehearses a flow with its defaults and compares the result with that of the local run.",
    implementation = _rehearsal_impl,
    attrs = _attrs("//tools/rehearse/cmd/check"),
    test = True,
)
