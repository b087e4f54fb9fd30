"""lokki_flow_test: compares a flow's result for one input with the expected one."""

load("//rules:providers.bzl", "LokkiFlowInfo")
load(":names.bzl", "fail_target", "label_text")

_NO_JSON = "no JSON"

def _check(ctx):
    expectations = [
        a
        for a in ["expected", "expected_file", "expected_error"]
        if getattr(ctx.attr, a)
    ]
    if len(expectations) != 1:
        fail_target(
            ctx.label,
            " and ".join(expectations) + " exclude each other" if expectations else "nothing is expected",
            "set one of expected, expected_file and expected_error",
        )
    if ctx.attr.input and ctx.attr.input_file:
        fail_target(ctx.label, "input and input_file exclude each other", "remove one of them")
    for attribute in ["input", "expected"]:
        text = getattr(ctx.attr, attribute)
        if text and json.decode(text, default = _NO_JSON) == _NO_JSON and json.decode(text, default = None) == None:
            fail_target(
                ctx.label,
                "{} is not JSON: {}".format(attribute, text),
                "a JSON string has its own quotes, as in {} = '\"goose\"'".format(attribute),
            )
    expected = ctx.file.expected_file
    if expected and not expected.is_source:
        fail_target(
            ctx.label,
            "expected_file {} is made by the build, so an update can't write it".format(label_text(ctx.attr.expected_file.label)),
            "check the file in",
        )

def _flow_test_impl(ctx):
    _check(ctx)
    local = ctx.attr.flow[LokkiFlowInfo].local
    case = ctx.actions.declare_file(ctx.label.name + ".case.json")
    ctx.actions.write(case, json.encode_indent({
        "test": ctx.attr.test or label_text(ctx.label),
        "program": local.files_to_run.executable.short_path,
        "input": ctx.attr.input,
        "input_file": ctx.file.input_file.short_path if ctx.file.input_file else "",
        "expected": ctx.attr.expected,
        "expected_file": ctx.file.expected_file.short_path if ctx.file.expected_file else "",
        "expected_error": ctx.attr.expected_error,
        "update": bool(ctx.attr.test),
    }, indent = "  ") + "\n")
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = ctx.executable._tool, is_executable = True)
    files = [f for f in [case, ctx.file.input_file, ctx.file.expected_file] if f]
    return [
        DefaultInfo(
            executable = executable,
            runfiles = ctx.runfiles(files = files).merge_all([
                local.default_runfiles,
                ctx.attr._tool[DefaultInfo].default_runfiles,
            ]),
        ),
        RunEnvironmentInfo(environment = {"LOKKI_FLOW_CASE": case.short_path}),
    ]

_ATTRS = {
    "expected": attr.string(),
    "expected_error": attr.string(),
    "expected_file": attr.label(allow_single_file = True),
    "flow": attr.label(mandatory = True, providers = [LokkiFlowInfo]),
    "input": attr.string(),
    "input_file": attr.label(allow_single_file = True),
    "test": attr.string(doc = "Label of the test whose expected_file is to be updated."),
    "_tool": attr.label(
        cfg = "target",
        default = Label("//tools/internal/flowcheck/cmd/flowcheck"),
        executable = True,
    ),
}

_flow_test = rule(
    doc = "Runs a flow and compares its result.",
    implementation = _flow_test_impl,
    attrs = _ATTRS,
    test = True,
)

_flow_update = rule(
    doc = "Runs a flow and saves its result as the expected one.",
    implementation = _flow_test_impl,
    attrs = _ATTRS,
    executable = True,
)

def lokki_flow_test(
        name,
        flow,
        input = None,
        input_file = None,
        expected = None,
        expected_file = None,
        expected_error = None,
        args = [],
        size = "small",
        tags = [],
        visibility = None):
    """Tests the result of a flow for an input, with the flow's local run.

    - `<name>`: the test. Results are compared as JSON values: spaces, the order
      of fields and how a number is written don't matter.
    - `<name>.update`, with `expected_file`: `bazel run :<name>.update` saves the
      result in that file.

    ```starlark
    lokki_flow_test(
        name = "two_birds_test",
        flow = ":birds",
        input = '{"count": 2}',
        expected = '"flappy goose, flappy duck"',
    )
    ```

    Args:
      name: name of the test.
      flow: the `lokki_flow`.
      input: JSON that overrides the flow's defaults, field by field.
      input_file: a file with the same.
      expected: the result, as JSON.
      expected_file: a file with the same, checked in.
      expected_error: part of the error with which the flow fails, or refuses its input. What steps print
        doesn't count, nor do a crash or a wrong flag. Set exactly one of `expected`, `expected_file` and `expected_error`.
      args: flags for `<flow>_local`, such as `["--backoff", "0"]`, which makes retries immediate.
      size: size of the test.
      tags: tags of the targets.
      visibility: visibility of the targets.
    """
    common = {
        "args": args,
        "expected": expected,
        "expected_error": expected_error,
        "expected_file": expected_file,
        "flow": flow,
        "input": input,
        "input_file": input_file,
        "visibility": visibility,
    }
    _flow_test(
        name = name,
        size = size,
        tags = tags,
        **common
    )
    if expected_file:
        _flow_update(
            name = name + ".update",
            tags = tags + ["manual"],
            test = label_text(native.package_relative_label(name)),
            testonly = True,
            **common
        )
