"""Tests of the names that the rules derive."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:names.bzl", "go_name", "label_text", "target_name_problem")

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

def _target_name_problem_impl(ctx):
    env = unittest.begin(ctx)
    for name in ["birds", "get-birds", "GetBirds", "http.get_2", "a~b"]:
        asserts.equals(env, None, target_name_problem(name))
    for name in ["größer", "élan", "get_鳥", "数える"]:
        asserts.equals(
            env,
            "the name \"{}\" has characters other than the letters A to Z, digits and punctuation".format(name),
            target_name_problem(name),
        )
    return unittest.end(env)

target_name_problem_test = unittest.make(_target_name_problem_impl)

def _label_text_impl(ctx):
    env = unittest.begin(ctx)
    for label, want in {
        Label("//flows:birds"): "//flows:birds",
        Label("//flows/birds"): "//flows/birds:birds",
        # Of a module, and made by the extensions of another module and of this one.
        Label("@bazel_skylib//lib:unittest"): "@bazel_skylib//lib:unittest",
        Label("@org_golang_x_sync//errgroup"): "@org_golang_x_sync//errgroup:errgroup",
        Label("@lokki_config//:defaults.bzl"): "@lokki_config//:defaults.bzl",
    }.items():
        asserts.equals(env, want, label_text(label))
    return unittest.end(env)

label_text_test = unittest.make(_label_text_impl)

def names_test_suite(name):
    """Declares the tests.

    Args:
      name: name of the test suite.
    """
    unittest.suite(name, go_name_test, label_text_test, target_name_problem_test)
