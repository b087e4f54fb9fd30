"""Attributes that are lists or dictionaries in macros, and files in rules."""

load("@bazel_skylib//rules:write_file.bzl", "write_file")

# Attributes that every rule has, and that a macro passes on to all of its
# targets.
_COMMON = [
    "compatible_with",
    "deprecation",
    "exec_compatible_with",
    "exec_properties",
    "features",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "visibility",
]

def common_attributes(kwargs):
    """Returns the arguments of a macro that every rule has."""
    return {key: kwargs[key] for key in _COMMON if key in kwargs}

def dict_file(name, kind, value, kwargs):
    """Returns a label of a file of `key=value` lines.

    Args:
        name: name of the macro's target.
        kind: the file's content; a part of its name.
        value: a dictionary, or anything else, which is returned as it is.
        kwargs: the macro's other arguments.
    """
    if type(value) != "dict":
        return value
    return _file(name, kind, ["{}={}".format(k, v) for k, v in value.items()], kwargs)

def lines_file(name, kind, value, kwargs):
    """Returns a label of a file with one element per line, and `%5Cn` for a line break in one."""
    if type(value) != "list":
        return value
    return _file(name, kind, [element.replace("\n", "%5Cn") for element in value], kwargs)

def comma_file(name, kind, value, kwargs):
    """Returns a label of a file of comma-separated elements."""
    if type(value) != "list":
        return value
    return _file(name, kind, [",".join(value)], kwargs)

def _file(name, kind, lines, kwargs):
    target = "{}_write_{}".format(name, kind)
    common = common_attributes(kwargs)
    write_file(
        name = target,
        out = "{}.{}.txt".format(name, kind),
        content = lines,
        # Not for `bazel build //...`: it is built only when something needs it.
        **(common | {"tags": (common.get("tags") or []) + ["manual"], "visibility": ["//visibility:private"]})
    )
    return target
