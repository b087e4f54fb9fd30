"""Programs for `bazel run`, which call the tool with a target's files."""

# What rules that make such a program need.
RUN_ATTRS = {
    "_oci": attr.label(default = "//cmd/oci", executable = True, cfg = "exec"),
    "_run": attr.label(default = "//oci/private:run.sh.tpl", allow_single_file = True),
}

def run_program(ctx, output, arguments, runfiles):
    """Writes a program that calls the tool.

    Args:
        ctx: of a rule with RUN_ATTRS.
        output: the file to write.
        arguments: the call's first arguments: strings and files.
        runfiles: runfiles of what the files in arguments need.

    Returns:
        the DefaultInfo of the rule.
    """
    files = [a for a in arguments if type(a) == "File"]
    words = [_word(ctx, a) for a in [ctx.executable._oci] + arguments]
    ctx.actions.expand_template(
        template = ctx.file._run,
        output = output,
        substitutions = {"{ARGUMENTS}": " ".join(words)},
        is_executable = True,
    )
    return DefaultInfo(
        executable = output,
        runfiles = ctx.runfiles(files).merge_all(runfiles + [ctx.attr._oci[DefaultInfo].default_runfiles]),
    )

def _word(ctx, argument):
    """Returns a string or file as a word of the shell."""
    if type(argument) == "File":
        path = argument.short_path
        path = path[len("../"):] if path.startswith("../") else ctx.workspace_name + "/" + path
        return '"$runfiles"/' + _quote(path)
    return _quote(argument)

def _quote(text):
    return "'" + text.replace("'", "'\\''") + "'"
