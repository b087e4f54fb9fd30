"""The rule of <flow>_config, which prints the settings of a flow."""

load(":settings.bzl", "SETTINGS_ATTRS", "SETTINGS_TEXTS", "settings_flags")
load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _flow_config_impl(ctx):
    # The program prints the file next to it whose name is its own plus .json.
    program = ctx.actions.declare_file(ctx.label.name)
    settings = ctx.actions.declare_file(ctx.label.name + ".json")
    tool_action(
        ctx,
        "config",
        settings_flags(ctx) | {"out": settings},
        [settings],
        "settings",
        texts = SETTINGS_TEXTS,
    )
    ctx.actions.symlink(
        output = program,
        is_executable = True,
        target_file = ctx.executable._program,
    )
    return [DefaultInfo(
        executable = program,
        files = depset([program, settings]),
        runfiles = ctx.runfiles([settings]).merge(ctx.attr._program[DefaultInfo].default_runfiles),
    )]

flow_config = rule(
    doc = "Makes a program that prints a flow's settings and where each comes from.",
    implementation = _flow_config_impl,
    attrs = BUILD_TOOL_ATTRS | SETTINGS_ATTRS | {
        "_program": attr.label(
            cfg = "target",
            default = Label("//tools/internal/config/cmd/config"),
            executable = True,
        ),
    },
    executable = True,
)
