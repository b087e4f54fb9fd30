"""The rule that gazelle writes into the repository of each Go module."""

def _package_metadata_impl(_):
    return []

_package_metadata = rule(
    implementation = _package_metadata_impl,
    attrs = {"purl": attr.string(doc = "The Go module's package URL.")},
)

def package_metadata(name, **kwargs):
    """Accepts gazelle's metadata of a Go module.

    Args:
      name: name of the target.
      **kwargs: attributes of the rule.
    """
    _package_metadata(
        name = name,
        # The repository's default metadata is this very target: without this it
        # would depend on itself.
        applicable_licenses = [],
        **kwargs
    )
