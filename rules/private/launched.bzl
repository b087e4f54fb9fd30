"""Programs with a user's code in them, under a launcher that has none."""

load("//rules:providers.bzl", "LokkiStepInfo")
load(":names.bzl", "label_text")
load(":settings.bzl", "SETTINGS_ATTRS", "SETTINGS_TEXTS", "settings_flags")
load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _environment_impl(ctx):
    steps = ctx.actions.declare_file(ctx.label.name + ".steps.json")
    out = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(steps, json.encode_indent([{
        "target": label_text(step.label),
        "env": step.env,
    } for step in [s[LokkiStepInfo] for s in ctx.attr.steps]], indent = "  ") + "\n")
    tool_action(
        ctx,
        "environment",
        settings_flags(ctx) | {"steps": steps, "out": out},
        [out],
        "environment",
        texts = SETTINGS_TEXTS,
    )
    return [DefaultInfo(files = depset([out]))]

environment = rule(
    doc = "Writes the environment of a process that has all steps of a flow in it.",
    implementation = _environment_impl,
    attrs = BUILD_TOOL_ATTRS | SETTINGS_ATTRS | {
        "steps": attr.label_list(
            doc = "The steps of the flow.",
            mandatory = True,
            providers = [LokkiStepInfo],
        ),
    },
)

def _launched_impl(ctx):
    # The launcher finds the files beside it that have its name and an ending.
    executable = ctx.actions.declare_file(ctx.label.name)
    program = ctx.actions.declare_file(ctx.label.name + ".program")
    env = ctx.actions.declare_file(ctx.label.name + ".env.json")
    ctx.actions.symlink(output = executable, target_file = ctx.executable._launcher, is_executable = True)
    ctx.actions.symlink(output = program, target_file = ctx.executable.program, is_executable = True)
    ctx.actions.symlink(output = env, target_file = ctx.file.environment)
    files = [executable, program, env]
    return [DefaultInfo(
        executable = executable,
        files = depset(files),
        runfiles = ctx.runfiles(files).merge_all([
            ctx.attr.program[DefaultInfo].default_runfiles,
            ctx.attr._launcher[DefaultInfo].default_runfiles,
        ]),
    )]

launched = rule(
    doc = "Makes a program that runs another one as a second process.",
    implementation = _launched_impl,
    attrs = {
        "environment": attr.label(
            doc = "The environment of the second process.",
            allow_single_file = True,
            mandatory = True,
        ),
        "program": attr.label(
            doc = "The program with the user's code.",
            cfg = "target",
            executable = True,
            mandatory = True,
        ),
        "_launcher": attr.label(
            cfg = "target",
            default = Label("//internal/launch/launcher"),
            executable = True,
        ),
    },
    executable = True,
)
