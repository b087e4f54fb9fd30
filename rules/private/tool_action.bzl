"""How rules call lokki's tools."""

# Attributes of rules whose actions are verbs of the build tool.
BUILD_TOOL_ATTRS = {
    "_buildtool": attr.label(
        cfg = "exec",
        default = Label("//tools/buildtool"),
        executable = True,
    ),
}

def tool_action(ctx, verb, flags, outputs, what, repeated = {}, texts = {}, tools = {}):
    """Runs a verb of the build tool. Each input and output is a flag whose value is a file.

    Args:
      ctx: context of a rule that has BUILD_TOOL_ATTRS.
      verb: the verb.
      flags: flag → File; None omits the flag.
      outputs: those of the files that the tool writes.
      what: what the tool makes, for progress messages.
      repeated: flag → list of (key, File), each of which becomes key=path.
      texts: flag → value.
      tools: flag → FilesToRunProvider of a program that the tool runs.
    """
    args = ctx.actions.args()
    inputs = []
    args.add(verb)
    for flag, file in flags.items():
        if file:
            args.add("-" + flag, file)
            if file not in outputs:
                inputs.append(file)
    for flag, pairs in repeated.items():
        for key, file in pairs:
            args.add("-" + flag)
            args.add_all([file], expand_directories = False, format_each = key + "=%s")
            inputs.append(file)
    for flag, text in texts.items():
        args.add("-" + flag, text)
    for flag, tool in tools.items():
        args.add("-" + flag, tool.executable)
    ctx.actions.run(
        executable = ctx.executable._buildtool,
        arguments = [args],
        inputs = inputs,
        tools = tools.values(),
        outputs = outputs,
        toolchain = None,  # the tool is a target's
        mnemonic = "Lokki" + what.title().replace(" ", ""),
        progress_message = "Making the {} of %{{label}}".format(what),
    )
