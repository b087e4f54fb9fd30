"""Tests of what lokki_step and lokki_flow accept, declare and refuse."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "LokkiFlowInfo", "LokkiStepInfo", "lokki_flow", "lokki_schedule", "lokki_step")
load(":fails.bzl", "fails_test")

_LIBRARY = "//rules/tests/steps"

# Targets that exist only to be analyzed: "..." must not build them.
_COMMON = {"tags": ["manual"], "testonly": True}

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
        ["numbers.asl.json", "numbers.cost.txt", "numbers.graph.json", "numbers.images.json", "numbers.template.yaml"],
        sorted([f.basename for f in target[DefaultInfo].files.to_list()]),
    )
    return analysistest.end(env)

_flow_info_test = analysistest.make(_flow_info_impl)

def _manifest_impl(ctx):
    env = analysistest.begin(ctx)
    manifest = [
        json.decode(a.content)
        for a in analysistest.target_actions(env)
        if a.mnemonic == "FileWrite" and a.outputs.to_list()[0].basename.endswith(".steps.json")
    ][0]
    asserts.equals(env, json.decode(ctx.attr.schedules), manifest["schedules"])
    asserts.equals(env, ctx.attr.alarms, manifest["alarms"])
    asserts.equals(env, ctx.attr.deadline, manifest["timeout"])
    return analysistest.end(env)

_manifest_test = analysistest.make(
    _manifest_impl,
    attrs = {
        "alarms": attr.bool(doc = "What the manifest has to say of alarms."),
        "deadline": attr.int(doc = "The timeout that the manifest has to have."),
        "schedules": attr.string(doc = "The schedules that the manifest has to have, as JSON."),
    },
)

# attribute of lokki_step → a value that is refused, and parts of the message.
_REFUSED = {
    "architecture": ("sparc", ["architecture is \"sparc\"", "hint: AWS Lambda has arm64 and amd64"]),
    "ephemeral_storage": (100, ["ephemeral_storage is 100", "512 to 10240 MB", "hint: leave it out"]),
    "function": ("double", ["function is \"double\"", "not the name of an exported Go function", "hint: set function"]),
    "memory": (64, ["memory is 64", "128 to 10240 MB", "hint: leave it out"]),
    "timeout": (1801, ["timeout is 1801", "1 to 1800 seconds", "hint: leave it out"]),
}

# Names of functions that internal/graph also refuses, with the same wording.
_REFUSED_NAMES = {
    "circumflex": "Être",
    "hyphen": "Double-number",
    "kanji": "数える",
    "sharp_s": "Größer",
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
        fails_test(name = tests[-1], message = message, target_under_test = step)

    for what, function in _REFUSED_NAMES.items():
        message = [
            "function: the name \"{}\" has characters other than the letters A to Z, digits and underscores.".format(function),
            "hint: rename the function",
        ]
        lokki_step(name = "step_with_" + what, function = function, library = _LIBRARY, **_COMMON)
        lokki_flow(name = "flow_with_" + what, function = function, library = _LIBRARY, steps = [], **_COMMON)
        for target in ["step_with_" + what, "flow_with_" + what]:
            tests.append(target + "_test")
            fails_test(name = tests[-1], message = message, target_under_test = target)

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
    fails_test(
        name = tests[-1],
        message = [
            "the function github.com/lokki-build/lokki/rules/tests/steps.DoubleNumber has two steps",
            "//rules/tests:double_number and //rules/tests/steps:double_number",
            "hint: remove one of them from steps of //rules/tests:numbers",
        ],
        target_under_test = "numbers",
    )

    daily = {
        "at": "",
        "cron": "",
        "disabled": False,
        "input": {},
        "rate": "1 day",
        "retry": 60,
        "time_zone": "UTC",
        "window": 0,
    }
    weekly = {
        "at": "",
        "cron": "0 6 ? * MON *",
        "disabled": True,
        "input": {"list": [1.5, 2, None], "text": "<aws.scheduler.execution-id>"},
        "rate": "",
        "retry": 0,
        "time_zone": "Europe/Berlin",
        "window": 15,
    }
    for flow, (schedule, alarms, want) in {
        "scheduled": (lokki_schedule(rate = "1 day"), False, [{"name": ""} | daily]),
        "scheduled_twice": (
            {
                "daily": lokki_schedule(rate = "1 day"),
                "weekly": lokki_schedule(
                    cron = "0 6 ? * MON *",
                    enabled = False,
                    input = weekly["input"],
                    retry = 0,
                    time_zone = "Europe/Berlin",
                    window = 15,
                ),
            },
            True,
            [{"name": "daily"} | daily, {"name": "weekly"} | weekly],
        ),
        "unscheduled": (None, False, []),
    }.items():
        lokki_flow(
            name = flow,
            alarms = alarms,
            function = "NumbersFlow",
            library = _LIBRARY,
            schedule = schedule,
            steps = ["double_number"],
            timeout = 3600 if alarms else 0,
            **_COMMON
        )
        tests.append(flow + "_flow_test")
        _manifest_test(
            name = tests[-1],
            alarms = alarms,
            deadline = 3600 if alarms else 0,
            schedules = json.encode(want),
            target_under_test = flow,
        )

    for timeout in [-1, 31536001]:
        flow = "timeout_of_{}".format(abs(timeout))
        lokki_flow(
            name = flow,
            function = "NumbersFlow",
            library = _LIBRARY,
            steps = ["double_number"],
            timeout = timeout,
            **_COMMON
        )
        tests.append(flow + "_test")
        fails_test(
            name = tests[-1],
            message = ["timeout is {};".format(timeout), "1 to 31536000 seconds", "hint: leave it out"],
            target_under_test = flow,
        )

    for flow, schedule in {"schedule_of_dict": {"daily": {"rate": "1 day"}}, "schedule_of_text": "0 6 * * ? *"}.items():
        lokki_flow(
            name = flow,
            function = "NumbersFlow",
            library = _LIBRARY,
            schedule = schedule,
            steps = ["double_number"],
            **_COMMON
        )
        tests.append(flow + "_test")
        fails_test(
            name = tests[-1],
            message = [
                "//rules/tests:{}: schedule is {}.".format(flow, json.encode({"daily": {"rate": "1 day"}} if type(schedule) == "dict" else schedule)),
                "hint: write schedule = lokki_schedule(",
            ],
            target_under_test = flow,
        )

    native.test_suite(name = name, tests = tests)
