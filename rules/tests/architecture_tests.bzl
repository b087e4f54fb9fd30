"""Tests of how the rules find the default architecture."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:architecture.bzl", "default_architecture")

_AMD64 = "lambda_defaults:\n  architecture: amd64\n"
_ARM64 = "lambda_defaults:\n  architecture: arm64\n"

def _order_impl(ctx):
    env = unittest.begin(ctx)
    for want, variable, project_file, global_file in [
        ("arm64", None, "", ""),
        ("amd64", None, "", _AMD64),
        ("arm64", None, _ARM64, _AMD64),
        ("amd64", "amd64", _ARM64, _ARM64),
        ("amd64", "", _AMD64, ""),
        # The tools refuse it; here it has no effect.
        ("amd64", "sparc", _AMD64, ""),
    ]:
        asserts.equals(env, want, default_architecture(variable, project_file, global_file))
    return unittest.end(env)

_order_test = unittest.make(_order_impl)

def _forms_impl(ctx):
    env = unittest.begin(ctx)
    for text in [
        "lambda_defaults:\n  architecture: amd64",
        "lambda_defaults: # all steps\r\n\r\n  # Intel\r\n  memory: 512\r\n  architecture: \"amd64\" # or arm64\r\n",
        "prefix: x\nlambda_defaults:\n\n    'timeout': 3\n    architecture:   'amd64'\nroles:\n  architecture: arm64\n",
    ]:
        asserts.equals(env, "amd64", default_architecture(None, text, ""), text)

    # Other forms and other keys are ignored.
    for text in [
        "lambda_defaults: {architecture: amd64}\n",
        "lambda_env:\n  architecture: amd64\n",
        "# lambda_defaults:\n  architecture: amd64\n",
        "lambda_defaults:\n  # architecture: amd64\n",
        "lambda_defaults:\nlambda_env:\n  architecture: amd64\n",
        "lambda_defaults:\n  architecture: amd64 x\n",
        "architecture: amd64\n",
    ]:
        asserts.equals(env, "arm64", default_architecture(None, text, ""), text)
    return unittest.end(env)

_forms_test = unittest.make(_forms_impl)

def architecture_test_suite(name):
    """Declares the tests.

    Args:
      name: name of the test suite.
    """
    unittest.suite(name, _order_test, _forms_test)
