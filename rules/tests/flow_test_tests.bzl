"""Tests of what lokki_flow_test refuses."""

load("//rules:defs.bzl", "lokki_flow_test")
load(":fails.bzl", "fails_test")

# name → attributes that are refused, and parts of the message.
_REFUSED = {
    "empty": ({}, ["nothing is expected", "hint: set one of expected, expected_file and expected_error"]),
    "two_expectations": (
        {"expected": "1", "expected_error": "boom"},
        ["expected and expected_error exclude each other", "hint: set one of"],
    ),
    "two_inputs": (
        {"expected": "1", "input": "{}", "input_file": "testdata/numbers.json"},
        ["input and input_file exclude each other", "hint: remove one"],
    ),
    "bad_expected": ({"expected": "goose"}, ["expected is not JSON: goose", "hint: a JSON string has its own quotes"]),
    "bad_input": ({"expected": "1", "input": "{count: 2}"}, ["input is not JSON: {count: 2}"]),
    "made_file": ({"expected_file": ":made"}, ["expected_file //rules/tests:made is made by the build", "hint: check the file in"]),
}

def flow_test_test_suite(name):
    """Declares the tests and the targets they look at.

    Args:
      name: name of the test suite.
    """
    native.genrule(
        name = "made",
        testonly = True,
        outs = ["made.json"],
        cmd = "echo 1 >$@",
        tags = ["manual"],
    )
    tests = []
    for refused, (attributes, message) in _REFUSED.items():
        target = "refused_{}_test".format(refused)
        lokki_flow_test(name = target, flow = "//rules/tests/steps:numbers", tags = ["manual"], **attributes)
        tests.append("flow_test_with_{}_test".format(refused))
        fails_test(
            name = tests[-1],
            message = message,
            target_under_test = target,
        )
    native.test_suite(name = name, tests = tests)
