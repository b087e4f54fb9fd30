"""Labels as text, and the names of Go functions for the names of targets."""

def label_text(label):
    """Returns a label as a user writes it, the same in every version of Bazel.

    Args:
      label: a Label.

    Returns:
      //flows:birds for a target of the main repository, @birds//flows:birds for one of the module birds.
    """
    repository, _, target = str(label).lstrip("@").partition("//")
    if not repository:
        return "//" + target

    # As in internal/sourcename: MODULE~VERSION~EXTENSION~NAME, or + for ~, and the first two for the module itself.
    parts = repository.replace("~", "+").split("+")
    return "@{}//{}".format(parts[0] if len(parts) == 2 else parts[-1], target)

def fail_target(label, problem, hint):
    """Fails because of what a target says.

    Args:
      label: the target, a Label.
      problem: what is wrong.
      hint: what to do.
    """
    fail("\n{}: {}.\nhint: {}".format(label_text(label), problem, hint))

def rlocation(ctx, file):
    """Returns the path by which Go's runfiles library finds a file.

    Args:
      ctx: the rule's context.
      file: the File.
    """

    # The short path of a file in another repository leads out of the main one.
    path = file.short_path
    return path.removeprefix("../") if path.startswith("../") else ctx.workspace_name + "/" + path

def go_name(target_name):
    """Returns the exported Go name for a target's name: get_birds is GetBirds.

    Args:
      target_name: words joined by underscores, hyphens or dots.

    Returns:
      The words, capitalized and joined.
    """
    words = target_name.replace("-", "_").replace(".", "_").split("_")
    return "".join([w[:1].upper() + w[1:] for w in words])

def target_name_problem(name):
    """Says what is wrong with the name of a step's or flow's target, which becomes part of file names.

    Args:
      name: the name.

    Returns:
      The problem, or None.
    """
    if [c for c in name.elems() if c > "~"]:
        # Go programs under such names don't compile in Bazel.
        return "the name \"{}\" has characters other than the letters A to Z, digits and punctuation".format(name)
    return None

def check_target_name(name):
    """Fails if a target with this name can't be built.

    Args:
      name: the name.
    """
    problem = target_name_problem(name)
    if problem:
        fail_target(
            native.package_relative_label(name),
            problem,
            "rename the target, and set function if the function has a different name",
        )

_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHARACTERS = _CAPITALS + _CAPITALS.lower() + "0123456789_"

def check_go_name(name, target, attribute):
    """Fails unless name is an exported Go name of the letters, digits and underscores that AWS names allow.

    Args:
      name: the name.
      target: label of the target that sets it, for the message.
      attribute: the attribute that sets it, for the message.
    """

    # The same wording as in internal/graph/name.go.
    example = "{} = \"GetBirds\"".format(attribute)
    if [c for c in name.elems() if c not in _CHARACTERS]:
        fail_target(
            target,
            "{}: the name \"{}\" has characters other than the letters A to Z, digits and underscores".format(attribute, name),
            "rename the function and set {} to its name, as in {}".format(attribute, example),
        )
    if name[:1] not in _CAPITALS.elems():
        fail_target(
            target,
            "{} is \"{}\", which is not the name of an exported Go function".format(attribute, name),
            "set {} to the function's name, as in {}".format(attribute, example),
        )
