"""lokki_step: builds a Go function as a step, with its own image."""

load("@lokki_config//:defaults.bzl", "DEFAULT_ARCHITECTURE")
load("@rules_go//go:def.bzl", "GoInfo")
load("//rules:providers.bzl", "LokkiStepInfo")
load(":architecture.bzl", "ARCHITECTURES")
load(":go_program.bzl", "go_program")
load(":names.bzl", "check_go_name", "check_target_name", "fail_target", "go_name")
load(":step_image.bzl", "host_architecture", "step_image")

# AWS Lambda's quotas: attribute → (least, most, unit).
_LIMITS = {
    "ephemeral_storage": (512, 10240, "MB"),
    "memory": (128, 10240, "MB"),
    "timeout": (1, 1800, "seconds"),
}

def _step_impl(ctx):
    for attribute, (least, most, unit) in _LIMITS.items():
        value = getattr(ctx.attr, attribute)
        if value and (value < least or value > most):
            fail_target(
                ctx.label,
                "{} is {}; AWS Lambda allows {} to {} {}".format(attribute, value, least, most, unit),
                "leave it out to use the value of lokki.yml's lambda_defaults",
            )
    if ctx.attr.architecture not in ARCHITECTURES:
        fail_target(
            ctx.label,
            "architecture is \"{}\"".format(ctx.attr.architecture),
            "AWS Lambda has " + " and ".join(ARCHITECTURES),
        )
    check_go_name(ctx.attr.function, ctx.label, "function")
    image = ctx.file.image
    return [
        DefaultInfo(files = depset([image, ctx.file.digest])),
        LokkiStepInfo(
            architecture = ctx.attr.architecture,
            code = ctx.file.code,
            digest = ctx.file.digest,
            env = ctx.attr.env,
            ephemeral_storage = ctx.attr.ephemeral_storage,
            function = ctx.attr.library[GoInfo].importpath + "." + ctx.attr.function,
            image = image,
            label = ctx.label,
            memory = ctx.attr.memory,
            rehearsal_architecture = ctx.attr.rehearsal_architecture,
            # The image itself is rehearsed where this machine can run it.
            rehearsal_image = image if ctx.attr.architecture == ctx.attr.rehearsal_architecture else ctx.file.rehearsal_image,
            timeout = ctx.attr.timeout,
        ),
    ]

_step = rule(
    doc = "Combines a step's image with what a flow needs to know about the step.",
    implementation = _step_impl,
    attrs = {
        "architecture": attr.string(mandatory = True),
        "code": attr.label(allow_single_file = True, mandatory = True),
        "digest": attr.label(allow_single_file = True, mandatory = True),
        "env": attr.string_dict(),
        "ephemeral_storage": attr.int(),
        "function": attr.string(mandatory = True),
        "image": attr.label(allow_single_file = True, mandatory = True),
        "library": attr.label(mandatory = True, providers = [GoInfo]),
        "memory": attr.int(),
        "rehearsal_architecture": attr.string(mandatory = True),
        "rehearsal_image": attr.label(allow_single_file = True, mandatory = True),
        "timeout": attr.int(),
    },
    provides = [LokkiStepInfo],
)

def lokki_step(
        name,
        library,
        function = None,
        memory = 0,
        timeout = 0,
        ephemeral_storage = 0,
        architecture = None,
        env = {},
        base = None,
        tags = [],
        testonly = False,
        visibility = None):
    """Builds a Go function as a step: one static binary in its own image.

    Besides `<name>`, which a `lokki_flow` takes, it makes

    - `<name>_image`: the image, a folder in OCI layout. Without `base` it
      holds only the binary, which any user may run.
    - `<name>_bin`: the binary, for Linux on the step's architecture.

    The function is a plain one: exported, at the top level of its package, of the
    form `func(context.Context, In) (Out, error)`.

    The image changes when the code that the function reaches changes, or when its
    line numbers do, since stack traces show them. A step in its own file
    doesn't move when another one grows.

    The image is the same under Bazel 7, 8 and 9. They name repositories differently,
    so stack traces show short names, as in `external/com_github_aws_smithy_go/errors.go`.
    There are two exceptions: a step outside the root module, because the image's history
    has its label; and Go code in a repository whose name differs in length (one
    created by an extension that the root module itself defines, or by a
    `multiple_version_override`).

    Args:
      name: name of the target.
      library: the `go_library` that has the function.
      function: name of the Go function, in the letters A to Z, digits and underscores. By
        default the target's name in Go's spelling: `get_birds` is `GetBirds`.
      memory: memory of the Lambda in MB, 128 to 10240. Defaults to lokki.yml's
        `lambda_defaults.memory`. CPU comes with memory, one for each 1769 MB, and the
        step runs on that many threads, rounded up.
      timeout: longest duration of one invocation in seconds, 1 to 1800: fetching the argument,
        running the step, and storing its result. Defaults to lokki.yml's
        `lambda_defaults.timeout`, or more where a `lokki.Timeout` of the step needs it.
        More than 900 is [new on AWS](config.md#time-limits).
      ephemeral_storage: size of /tmp in MB, 512 to 10240. Defaults to
        lokki.yml's `lambda_defaults.ephemeral_storage`.
      architecture: `arm64` or `amd64`. Defaults to `lambda_defaults.architecture` of
        the project's or the user's lokki.yml.
      env: environment variables of the Lambda, added to lokki.yml's `lambda_env`. They are
        visible in plain text in the template; don't put secrets here.
      base: a base image for the binary, such as one pulled by rules_oci, for steps
        that need more than a binary. It must have the step's architecture.
      tags: tags of all targets.
      testonly: whether only tests may use the targets.
      visibility: visibility of `<name>` and `<name>_image`.
    """
    check_target_name(name)
    function = function or go_name(name)
    architecture = architecture or DEFAULT_ARCHITECTURE
    common = {"tags": tags, "testonly": testonly}

    step_image(
        name,
        # _step refuses other values with an error message.
        architecture = architecture if architecture in ARCHITECTURES else ARCHITECTURES[0],
        base = base,
        function = function,
        library = library,
        visibility = visibility,
        **common
    )
    step_image(
        name + "_rehearsal",
        architecture = None,
        base = base,
        function = function,
        library = library,
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    go_program(
        name = name + "_code",
        call = "stepcode.Hold",
        function = function,
        gc_linkopts = ["-s", "-w"],
        library = library,
        package = "lokki/entrypoint/stepcode",
        tags = tags + ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    _step(
        name = name,
        architecture = architecture,
        code = name + "_code",
        digest = name + "_image.digest",
        env = env,
        ephemeral_storage = ephemeral_storage,
        function = function,
        image = name + "_image",
        library = library,
        memory = memory,
        rehearsal_architecture = host_architecture(),
        rehearsal_image = name + "_rehearsal_image",
        timeout = timeout,
        visibility = visibility,
        **common
    )
