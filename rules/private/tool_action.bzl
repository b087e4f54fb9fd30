"""How rules call lokki's tools."""

def tool_action(ctx, tool, flags, outputs, what, repeated = {}, texts = {}, env = {}, tools = []):
    """Runs one of lokki's tools. Each input and output is a flag whose value is a file.

    Args:
      ctx: the rule's context.
      tool: the tool's executable.
      flags: flag → File; None omits the flag.
      outputs: those of the files that the tool writes.
      what: what the tool makes, for progress messages.
      repeated: flag → list of (key, File), each of which becomes key=path.
      texts: flag → value.
      env: variable of the tool's environment → File, whose path it gets.
      tools: depsets of files that the tool finds beside it.
    """
    args = ctx.actions.args()
    inputs = []
    for flag, file in flags.items():
        if file:
            args.add("-" + flag, file)
            if file not in outputs:
                inputs.append(file)
    for flag, pairs in repeated.items():
        for key, file in pairs:
            args.add("-" + flag, file, format = key + "=%s")
            inputs.append(file)
    for flag, text in texts.items():
        args.add("-" + flag, text)
    ctx.actions.run(
        executable = tool,
        arguments = [args],
        inputs = inputs + env.values(),
        env = {variable: file.path for variable, file in env.items()},
        tools = tools,
        outputs = outputs,
        toolchain = None,  # the tool is a target's
        mnemonic = "Lokki" + what.title().replace(" ", ""),
        progress_message = "Making the {} of %{{label}}".format(what),
    )
