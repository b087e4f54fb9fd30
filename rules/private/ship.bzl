"""The rules that take a flow to AWS: <flow>_aws and <flow>_bundle."""

load("//rules:providers.bzl", "LokkiFlowInfo")
load(":names.bzl", "label_text", "rlocation")
load(":settings.bzl", "SETTINGS_ATTRS", "SETTINGS_TEXTS", "settings_flags")
load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _environments_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    tool_action(ctx, "environments", settings_flags(ctx) | {"out": out}, [out], "environments", texts = SETTINGS_TEXTS)
    return [DefaultInfo(files = depset([out]))]

environments = rule(
    doc = "Writes the environments of lokki.yml.",
    implementation = _environments_impl,
    attrs = BUILD_TOOL_ATTRS | SETTINGS_ATTRS,
)

def _artifacts(ctx):
    """Returns the files that the program reads, by their keys in its manifest."""
    flow = ctx.attr.flow[LokkiFlowInfo]
    return {
        "environments": ctx.file.environments,
        "graph": flow.graph,
        "images": flow.images,
        "template": flow.template,
    }

def _aws_impl(ctx):
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._tool, is_executable = True)

    # The program finds this file by its own name.
    manifest = ctx.actions.declare_file(ctx.label.name + ".json")
    artifacts = _artifacts(ctx)
    steps = ctx.attr.flow[LokkiFlowInfo].steps
    ctx.actions.write(manifest, json.encode_indent({
        "call": "bazel run {} --".format(label_text(ctx.label)),
        "layouts": {label_text(s.label): rlocation(ctx, s.image) for s in steps},
    } | {key: rlocation(ctx, file) for key, file in artifacts.items()}, indent = "  ") + "\n")
    return [DefaultInfo(
        executable = executable,
        files = depset([executable, manifest]),
        runfiles = ctx.runfiles([manifest] + artifacts.values() + [s.image for s in steps]).merge(ctx.attr._tool[DefaultInfo].default_runfiles),
    )]

def _bundle_impl(ctx):
    program = ctx.attr.program
    manifest = ctx.actions.declare_file(program + ".bundle.json")
    bundle = ctx.actions.declare_file(ctx.label.name + ".tar.gz")
    artifacts = _artifacts(ctx)
    steps = ctx.attr.flow[LokkiFlowInfo].steps
    ctx.actions.write(manifest, json.encode_indent({
        "bundle": True,
        "call": "./" + program,
        "layouts": {label_text(s.label): "images" for s in steps},
    } | {key: file.basename for key, file in artifacts.items()}, indent = "  ") + "\n")
    tool_action(
        ctx,
        "bundle",
        {"out": bundle, "program": ctx.executable._tool},
        [bundle],
        "bundle",
        repeated = {
            "file": [(file.basename, file) for file in artifacts.values()] + [(program + ".json", manifest)],
            "layout": [(label_text(s.label), s.image) for s in steps],
        },
        texts = {"folder": ctx.label.name, "name": program},
    )
    return [DefaultInfo(files = depset([bundle]))]

_ATTRS = {
    "environments": attr.label(
        doc = "The environments of lokki.yml.",
        allow_single_file = True,
        mandatory = True,
    ),
    "flow": attr.label(
        doc = "The lokki_flow.",
        mandatory = True,
        providers = [LokkiFlowInfo],
    ),
    "_tool": attr.label(
        cfg = "target",
        default = Label("//tools/ship/cmd/ship"),
        executable = True,
    ),
}

aws = rule(
    doc = "A program that takes a flow to AWS.",
    implementation = _aws_impl,
    attrs = _ATTRS,
    executable = True,
)

bundle = rule(
    doc = "An archive of that program and everything that it reads.",
    implementation = _bundle_impl,
    attrs = BUILD_TOOL_ATTRS | _ATTRS | {
        "program": attr.string(
            doc = "Name of the program in the bundle.",
            mandatory = True,
        ),
    },
)
