"""Tests of what lokki_step and lokki_flow accept, declare and refuse."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "LokkiFlowInfo", "LokkiStepInfo", "lokki_flow", "lokki_step")

_LIBRARY = "//rules/tests/steps"

# Targets that are here to be looked at: "..." must not build them.
_COMMON = {"tags": ["manual"], "testonly": True}

def _fails_impl(ctx):
    env = analysistest.begin(ctx)
    for part in ctx.attr.message:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

_fails_test = analysistest.make(
    _fails_impl,
    attrs = {"message": attr.string_list(doc = "What the failure's message has to say, in parts.")},
    expect_failure = True,
)

def _step_info_impl(ctx):
    env = analysistest.begin(ctx)
    step = analysistest.target_under_test(env)[LokkiStepInfo]
    asserts.equals(env, "github.com/lokki-build/lokki/rules/tests/steps.DoubleNumber", step.function)
    asserts.equals(env, "amd64", step.architecture)
    asserts.equals(env, 2048, step.memory)
    asserts.equals(env, 30, step.timeout)
    asserts.equals(env, 0, step.ephemeral_storage)
    asserts.equals(env, {"KEY": "value"}, step.env)
    asserts.true(env, step.image.is_directory)
    return analysistest.end(env)

_step_info_test = analysistest.make(_step_info_impl)

def _flow_info_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    flow = target[LokkiFlowInfo]
    asserts.equals(env, "github.com/lokki-build/lokki/rules/tests/steps.NumbersFlow", flow.function)
    asserts.equals(env, 3, len(flow.steps))
    asserts.equals(
        env,
        ["numbers.asl.json", "numbers.graph.json", "numbers.images.json", "numbers.template.yaml"],
        sorted([f.basename for f in target[DefaultInfo].files.to_list()]),
    )
    return analysistest.end(env)

_flow_info_test = analysistest.make(_flow_info_impl)

# attribute of lokki_step → a value that is refused, and parts of the message.
_REFUSED = {
    "architecture": ("sparc", ["architecture is \"sparc\"", "hint: AWS Lambda has arm64 and amd64"]),
    "ephemeral_storage": (100, ["ephemeral_storage is 100", "512 to 10240 MB", "hint: leave it out"]),
    "function": ("double", ["function is \"double\"", "no name of an exported Go function", "hint: set function"]),
    "memory": (64, ["memory is 64", "128 to 10240 MB", "hint: leave it out"]),
    "timeout": (901, ["timeout is 901", "1 to 900 seconds", "hint: leave it out"]),
}

def analysis_test_suite(name):
    """Declares the tests and the targets they look at.

    Args:
      name: name of the test suite.
    """
    tests = []

    for attribute, (value, message) in _REFUSED.items():
        step = "refused_" + attribute
        attributes = {"function": "DoubleNumber"} | {attribute: value}
        lokki_step(name = step, library = _LIBRARY, **(attributes | _COMMON))
        tests.append("step_with_bad_{}_test".format(attribute))
        _fails_test(name = tests[-1], message = message, target_under_test = step)

    lokki_step(
        name = "double_number",
        architecture = "amd64",
        env = {"KEY": "value"},
        library = _LIBRARY,
        memory = 2048,
        timeout = 30,
        **_COMMON
    )
    tests.append("step_info_test")
    _step_info_test(name = tests[-1], target_under_test = "double_number")

    tests.append("flow_info_test")
    _flow_info_test(name = tests[-1], target_under_test = "//rules/tests/steps:numbers")

    lokki_flow(
        name = "numbers",
        library = _LIBRARY,
        steps = ["double_number", "//rules/tests/steps:double_number"],
        **_COMMON
    )
    tests.append("flow_with_step_twice_test")
    _fails_test(
        name = tests[-1],
        message = [
            "the function github.com/lokki-build/lokki/rules/tests/steps.DoubleNumber has two steps",
            "//rules/tests:double_number and //rules/tests/steps:double_number",
            "hint: remove one of them from steps of //rules/tests:numbers",
        ],
        target_under_test = "numbers",
    )

    native.test_suite(name = name, tests = tests)
