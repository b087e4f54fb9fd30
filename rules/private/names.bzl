"""From the names of targets to those of Go functions."""

def go_name(target_name):
    """Returns the exported Go name for a target's name: get_birds is GetBirds.

    Args:
      target_name: words joined by underscores, hyphens or dots.

    Returns:
      The words, each with a capital, as one.
    """
    words = target_name.replace("-", "_").replace(".", "_").split("_")
    return "".join([w[:1].upper() + w[1:] for w in words])

def check_go_name(name, target, attribute):
    """Fails unless name is that of an exported Go function.

    Args:
      name: the name.
      target: the target that gives it, for the message.
      attribute: the attribute that gives it, for the message.
    """
    letters = name.replace("_", "a")
    if not name[:1].isalpha() or name[:1] != name[:1].upper() or not letters.isalnum():
        fail("\n{}: {} is \"{}\", which is no name of an exported Go function.\nhint: set {} to the function's name, as in {} = \"GetBirds\"".format(
            target,
            attribute,
            name,
            attribute,
            attribute,
        ))
