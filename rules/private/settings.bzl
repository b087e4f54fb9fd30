"""Where the settings of a flow come from, for the rules whose tools read them."""

load("@lokki_config//:defaults.bzl", "DEFAULT_ARCHITECTURE")

# The files that apply to all flows: the tools' flag → file.
_FILES = {
    "env": Label("@lokki_config//:variables.json"),
    "global": Label("@lokki_config//:global.yml"),
    "project": Label("@lokki_config//:project.yml"),
}

# Attributes of a rule whose tool reads the settings.
SETTINGS_ATTRS = {
    "config": attr.label(
        doc = "The flow's own lokki.yml.",
        allow_single_file = [".yml", ".yaml"],
    ),
} | {
    "_" + flag: attr.label(allow_single_file = True, default = label)
    for flag, label in _FILES.items()
}

# The tool's flags that are strings: flag → value.
SETTINGS_TEXTS = {"architecture": DEFAULT_ARCHITECTURE}

def settings_flags(ctx):
    """Returns the tool's flags that are files: flag → File, or None.

    Args:
      ctx: context of a rule that has SETTINGS_ATTRS.
    """
    return {flag: getattr(ctx.file, "_" + flag) for flag in _FILES} | {"config": ctx.file.config}
