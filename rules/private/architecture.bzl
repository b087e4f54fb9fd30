"""The architecture of steps that don't set one.

The architecture must be known before any tool runs, and Starlark can't parse
YAML. So one field of lokki.yml is read here, in its usual form; the tools,
which parse the whole file, fail when they read a different value.
"""

# The architectures of AWS Lambda.
ARCHITECTURES = ["arm64", "amd64"]

def default_architecture(variable, project_file, global_file):
    """Returns the value of lambda_defaults.architecture.

    Args:
      variable: the environment variable's value, or None.
      project_file: content of the project's lokki.yml.
      global_file: content of the user's lokki.yml.

    Returns:
      One of ARCHITECTURES. Other values are ignored here; the tools refuse them.
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
