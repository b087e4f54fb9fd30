"""Tests of the names that rules derive."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:names.bzl", "go_name")

def _go_name_impl(ctx):
    env = unittest.begin(ctx)
    for target, want in {
        "birds": "Birds",
        "get-birds": "GetBirds",
        "get.birds": "GetBirds",
        "get_birds": "GetBirds",
        "getBirds": "GetBirds",
        "http_get_2": "HttpGet2",
    }.items():
        asserts.equals(env, want, go_name(target))
    return unittest.end(env)

go_name_test = unittest.make(_go_name_impl)

def names_test_suite(name):
    """Declares the tests.

    Args:
      name: name of the test suite.
    """
    unittest.suite(name, go_name_test)
