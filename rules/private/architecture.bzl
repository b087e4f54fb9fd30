"""The architecture of steps that don't say theirs.

For which architecture to compile has to be known before any tool runs, and
Starlark can't parse YAML. So one field of lokki.yml is read here, in its usual
form; the tools, which read the whole of it, fail when they understand another value.
"""

# What AWS Lambda has.
ARCHITECTURES = ["arm64", "amd64"]

def default_architecture(variable, project_file, global_file):
    """Returns what lambda_defaults.architecture is.

    Args:
      variable: the environment variable's value, or None.
      project_file: content of the project's lokki.yml.
      global_file: content of the user's lokki.yml.

    Returns:
      One of ARCHITECTURES. What isn't one of them is left to the tools to refuse.
    """
    for value in [variable, _read(project_file), _read(global_file)]:
        if value in ARCHITECTURES:
            return value
    return ARCHITECTURES[0]

def _read(lokki_yml):
    inside = False
    for line in lokki_yml.splitlines():
        line = line.partition("#")[0].rstrip()
        if line and not line[0].isspace():
            inside = line == "lambda_defaults:"
        elif inside:
            key, _, value = line.strip().partition(":")
            if key == "architecture":
                return value.strip().strip("\"'")
    return None
