"""The image of a step."""

load("@rules_oci//oci:defs.bzl", "oci_image")
load(":go_program.bzl", "go_program")
load(":layer.bzl", "step_layer")

# Where the step's binary is in its image.
_BINARY = "/lokki/step"

def host_architecture():
    """Returns the target architecture of the build, as Go and OCI call it."""
    return select({
        Label("@platforms//cpu:aarch64"): "arm64",
        "//conditions:default": "amd64",
    })

def step_image(name, architecture, base, function, library, tags, testonly, visibility):
    """Makes `<name>_image` from `<name>_bin` and `<name>_layer`.

    Args:
      name: prefix of the targets' names.
      architecture: arm64 or amd64, or None for this machine's.
      base: the base image, or None.
      function: the step's Go function.
      library: the go_library that has it.
      tags: tags of the targets.
      testonly: whether only tests may use them.
      visibility: who may use the image.
    """
    common = {"tags": tags, "testonly": testonly}
    private = dict(common, visibility = ["//visibility:private"])
    go_program(
        name = name + "_bin",
        call = "lambda.Start",
        function = function,
        gc_linkopts = ["-s", "-w"],
        goarch = architecture or "auto",
        goos = "linux" if architecture else "auto",
        gotags = ["lambda.norpc"],
        library = library,
        package = "lokki/entrypoint/lambda",
        static = "on",
        **private
    )
    step_layer(
        name = name + "_layer",
        binary = name + "_bin",
        path = _BINARY,
        **private
    )
    oci_image(
        name = name + "_image",
        architecture = None if base else architecture or host_architecture(),
        base = base,
        entrypoint = [_BINARY],
        os = None if base else "linux",
        tars = [name + "_layer"],
        visibility = visibility,
        **common
    )
