"""lokki_flow: builds a flow function as a state machine, a template and a local run."""

load("@rules_go//go:def.bzl", "GoInfo")
load("//rules:providers.bzl", "LokkiFlowInfo", "LokkiStepInfo")
load(":diagram.bzl", "flow_diagram")
load(":fingerprints.bzl", "fingerprints")
load(":flow_config.bzl", "flow_config")
load(":go_program.bzl", "go_program")
load(":launched.bzl", "environment", "launched")
load(":names.bzl", "check_go_name", "check_target_name", "fail_target", "go_name", "label_text")
load(":rehearsal.bzl", "rehearsal", "rehearsal_test")
load(":schedule.bzl", "decode_schedules", "encode_schedules")
load(":settings.bzl", "SETTINGS_ATTRS", "SETTINGS_TEXTS", "settings_flags")
load(":ship.bzl", "aws", "bundle", "environments")
load(":tool_action.bzl", "BUILD_TOOL_ATTRS", "tool_action")

def _check_twice(flow, steps):
    targets = {}
    for step in steps:
        other = targets.get(step.function)
        if other:
            fail_target(
                flow,
                "the function {} has two steps: {} and {}".format(step.function, label_text(other), label_text(step.label)),
                "remove one of them from steps of {}; a flow may use a step more than once".format(label_text(flow)),
            )
        targets[step.function] = step.label

# The longest duration of a Standard workflow in seconds: a year.
_MAX_TIMEOUT = 31536000

def _check_timeout(flow, timeout):
    if timeout < 0 or timeout > _MAX_TIMEOUT:
        fail_target(
            flow,
            "timeout is {}; Step Functions allows 1 to {} seconds, which is a year".format(timeout, _MAX_TIMEOUT),
            "leave it out for an execution without a deadline",
        )

def _manifest(flow, steps, schedules, alarms, timeout):
    return json.encode_indent({
        "alarms": alarms,
        "flow": label_text(flow),
        "schedules": decode_schedules(schedules, flow),
        "steps": [{
            "target": label_text(step.label),
            "function": step.function,
            "architecture": step.architecture,
            "memory": step.memory,
            "timeout": step.timeout,
            "ephemeral_storage": step.ephemeral_storage,
            "env": step.env,
        } for step in steps],
        "timeout": timeout,
    }, indent = "  ") + "\n"

def _flow_impl(ctx):
    check_go_name(ctx.attr.function, ctx.label, "function")
    name = ctx.label.name
    steps = [s[LokkiStepInfo] for s in ctx.attr.steps]
    _check_twice(ctx.label, steps)
    _check_timeout(ctx.label, ctx.attr.timeout)

    manifest = ctx.actions.declare_file(name + ".steps.json")
    graph = ctx.actions.declare_file(name + ".graph.json")
    asl = ctx.actions.declare_file(name + ".asl.json")
    images = ctx.actions.declare_file(name + ".images.json")
    template = ctx.actions.declare_file(name + ".template.yaml")
    cost = ctx.actions.declare_file(name + ".cost.txt")

    ctx.actions.write(manifest, _manifest(ctx.label, steps, ctx.attr.schedules, ctx.attr.alarms, ctx.attr.timeout))
    tool_action(
        ctx,
        "graph",
        {"environment": ctx.file.environment, "manifest": manifest, "out": graph},
        [graph],
        "graph",
        tools = {"program": ctx.attr.graph_program[DefaultInfo].files_to_run},
    )
    tool_action(
        ctx,
        "asl",
        {"graph": graph, "out": asl},
        [asl],
        "state machine",
    )
    tool_action(
        ctx,
        "images",
        {"graph": graph, "manifest": manifest, "out": images},
        [images],
        "images",
        repeated = {"digest": [(label_text(s.label), s.digest) for s in steps]},
    )
    tool_action(
        ctx,
        "cfn",
        {
            "graph": graph,
            "asl": asl,
            "images": images,
            "manifest": manifest,
            "out": template,
        } | settings_flags(ctx),
        [template],
        "template",
        texts = SETTINGS_TEXTS,
    )
    tool_action(
        ctx,
        "cost",
        {
            "graph": graph,
            "manifest": manifest,
            "out": cost,
            "prices": ctx.file.prices,
        } | settings_flags(ctx),
        [cost],
        "estimate",
        texts = SETTINGS_TEXTS,
    )
    return [
        DefaultInfo(files = depset([graph, asl, template, images, cost])),
        LokkiFlowInfo(
            asl = asl,
            cost = cost,
            function = ctx.attr.library[GoInfo].importpath + "." + ctx.attr.function,
            graph = graph,
            images = images,
            local = ctx.attr.local[DefaultInfo],
            steps = steps,
            template = template,
        ),
    ]

_flow = rule(
    doc = "Makes a flow's graph, state machine, list of images, template and estimate.",
    implementation = _flow_impl,
    attrs = BUILD_TOOL_ATTRS | SETTINGS_ATTRS | {
        "alarms": attr.bool(),
        "environment": attr.label(allow_single_file = True, mandatory = True),
        "function": attr.string(mandatory = True),
        "graph_program": attr.label(cfg = "exec", executable = True, mandatory = True),
        "library": attr.label(mandatory = True, providers = [GoInfo]),
        "local": attr.label(cfg = "target", executable = True, mandatory = True),
        "prices": attr.label(allow_single_file = [".yml", ".yaml"]),
        "schedules": attr.string(doc = "JSON, as encode_schedules writes it."),
        "steps": attr.label_list(mandatory = True, providers = [LokkiStepInfo]),
        "timeout": attr.int(),
    },
    provides = [LokkiFlowInfo],
)

def lokki_flow(
        name,
        library,
        steps,
        function = None,
        config = None,
        schedule = None,
        alarms = False,
        timeout = 0,
        prices = None,
        tags = [],
        testonly = False,
        visibility = None):
    """Builds a flow function as a state machine, a template and a program that runs it locally.

    - `<name>`: `<name>.graph.json`, the flow as a graph; `<name>.asl.json`, the
      state machine in Amazon States Language; `<name>.template.yaml`, the
      CloudFormation template; `<name>.images.json`, which maps each step to its
      image's digest and repository name; `<name>.cost.txt`, an estimate of what an
      execution uses and costs, and the quotas it approaches.
    - `<name>_local`: runs the flow in one process on this machine:
      `bazel run :<name>_local -- --input '{"count": 2}'`.
    - `<name>_config`: prints the value of each field of [lokki.yml](config.md) for this
      flow, and the file or variable it comes from: `bazel run :<name>_config`.
    - `<name>.svg`: a picture of the flow, built only on request:
      `bazel build :<name>.svg`.
    - `<name>_rehearse`: runs the state machine, the template and the images themselves
      on this machine: `bazel run :<name>_rehearse -- --input '{"count": 2}'`.
    - `<name>_aws`: takes the flow to AWS: `bazel run :<name>_aws -- deploy --env dev`
      ([deploy.md](deploy.md)).
    - `<name>_bundle`: `<name>_bundle.tar.gz`, an archive of that program, the template and the
      images, which needs neither Bazel nor sources; built only on request.
    - `<name>_rehearsal_test`: rehearses the flow with its defaults and compares the result
      with that of the local run.

    The build fails unless `steps` lists exactly the steps that the flow function uses.

    Args:
      name: name of the target.
      library: the `go_library` that has the flow function.
      steps: the `lokki_step` targets of the flow, in any order.
      function: name of the flow function. By default the target's name in Go's
        spelling, with "Flow" at the end: `birds` and `birds_flow` are both `BirdsFlow`.
      config: the flow's own `lokki.yml`, which overrides the project's field by field.
        The project's is found without an attribute.
      schedule: when to start the flow: a `lokki_schedule`, or several by
        name, as in `{"daily": lokki_schedule(…), "week_end": lokki_schedule(…)}`.
      alarms: whether the template has CloudWatch alarms: on executions that fail, on executions
        that take longer than `timeout` if that is set, on state transitions that are throttled
        for 15 minutes, and on scheduled starts that fail. The
        template's parameter `AlarmTopicArn` says which SNS topic they notify.
      timeout: seconds that an execution may take, from 1 to a year (31536000). An execution that
        takes longer ends as `TIMED_OUT` and can be redriven; a local run ends with an error. By
        default there is no limit. This limits whole executions; `lokki.Timeout` limits one
        attempt of a step.
      prices: a YAML file that overrides what the estimate uses: prices,
        assumptions and the lengths of lists, with the keys of lokki's
        `tools/internal/cost/basis.yml`.
      tags: tags of all targets.
      testonly: whether only tests may use the targets.
      visibility: visibility of `<name>`, `<name>_local`, `<name>_config` and `<name>.svg`.
    """
    check_target_name(name)
    function = function or go_name(name.removesuffix("_flow")) + "Flow"
    common = {"tags": tags, "testonly": testonly}

    environment(
        name = name + "_environment",
        config = config,
        steps = steps,
        visibility = ["//visibility:private"],
        **common
    )
    go_program(
        name = name + "_graph",
        call = "graphmain.Main",
        function = function,
        library = library,
        package = "lokki/entrypoint/graphmain",
        visibility = ["//visibility:private"],
        **common
    )
    fingerprints(
        name = name + "_fingerprints",
        out = name + ".fingerprints.json",
        steps = steps,
        visibility = ["//visibility:private"],
        **common
    )
    launched(
        name = name + "_local",
        environment = name + "_environment",
        program = name + "_local_program",
        visibility = visibility,
        **common
    )
    go_program(
        name = name + "_local_program",
        arguments = ["bazel run {} --".format(label_text(native.package_relative_label(name + "_local")))],
        call = "local.Main",
        data = [name + "_fingerprints"],
        function = function,
        library = library,
        options = ["local.Timeout({})".format(timeout)] if timeout else [],
        package = "lokki/entrypoint/local",
        visibility = ["//visibility:private"],
        **common
    )
    flow_config(
        name = name + "_config",
        config = config,
        visibility = visibility,
        **common
    )
    _flow(
        name = name,
        alarms = alarms,
        config = config,
        environment = name + "_environment",
        function = function,
        graph_program = name + "_graph",
        library = library,
        local = name + "_local",
        prices = prices,
        schedules = encode_schedules(schedule),
        steps = steps,
        timeout = timeout,
        visibility = visibility,
        **common
    )
    flow_diagram(
        name = name + ".svg",
        flow = name,
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = visibility,
    )
    rehearsal(
        name = name + "_rehearse",
        flow = name,
        local_run = name + "_local",
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = visibility,
    )
    on_request = {"tags": tags + ["manual"], "testonly": testonly}
    environments(
        name = name + "_environments",
        config = config,
        visibility = ["//visibility:private"],
        **on_request
    )
    aws(
        name = name + "_aws",
        environments = name + "_environments",
        flow = name,
        visibility = visibility,
        **on_request
    )
    bundle(
        name = name + "_bundle",
        environments = name + "_environments",
        flow = name,
        program = name + "_aws",
        visibility = visibility,
        **on_request
    )
    rehearsal_test(
        name = name + "_rehearsal_test",
        flow = name,
        local_run = name + "_local",
        tags = tags,
    )
