"""Fingerprints of the steps' code, which tell its versions apart."""

load("//rules:providers.bzl", "LokkiStepInfo")
load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _fingerprints_impl(ctx):
    steps = [s[LokkiStepInfo] for s in ctx.attr.steps]
    out = ctx.actions.declare_file(ctx.attr.out)
    tool_action(
        ctx,
        "fingerprints",
        {"out": out},
        [out],
        "fingerprints",
        repeated = {"step": [(step.function, step.code) for step in steps]},
    )
    return [DefaultInfo(files = depset([out]))]

fingerprints = rule(
    doc = "Hashes the code of each step, so that the local run can tell which stored values are still valid.",
    implementation = _fingerprints_impl,
    attrs = BUILD_TOOL_ATTRS | {
        "out": attr.string(
            doc = "Name of the file.",
            mandatory = True,
        ),
        "steps": attr.label_list(
            doc = "The steps of a flow.",
            mandatory = True,
            providers = [LokkiStepInfo],
        ),
    },
)
