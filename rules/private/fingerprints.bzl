"""Fingerprints of the steps' code, which tell its versions apart."""

load("//rules:providers.bzl", "LokkiStepInfo")

def _fingerprints_impl(ctx):
    steps = [s[LokkiStepInfo] for s in ctx.attr.steps]
    out = ctx.actions.declare_file(ctx.attr.out)
    args = ctx.actions.args()
    args.add("-out", out)
    for step in steps:
        args.add("-step", step.code, format = step.function + "=%s")
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [args],
        inputs = [step.code for step in steps],
        outputs = [out],
        mnemonic = "LokkiFingerprints",
        progress_message = "Making the fingerprints of %{label}",
    )
    return [DefaultInfo(files = depset([out]))]

fingerprints = rule(
    doc = "Hashes the code of each step, so that the local run can tell which stored values are still valid.",
    implementation = _fingerprints_impl,
    attrs = {
        "out": attr.string(
            doc = "Name of the file.",
            mandatory = True,
        ),
        "steps": attr.label_list(
            doc = "The steps of a flow.",
            mandatory = True,
            providers = [LokkiStepInfo],
        ),
        "_tool": attr.label(
            cfg = "exec",
            default = Label("//tools/internal/fingerprints/cmd/fingerprints"),
            executable = True,
        ),
    },
)
