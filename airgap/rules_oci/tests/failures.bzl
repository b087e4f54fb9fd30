"""Tests of the rules' own error messages."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.expect_failure(env, ctx.attr.message)
    return analysistest.end(env)

failure_test = analysistest.make(
    _failure_test_impl,
    attrs = {"message": attr.string(mandatory = True, doc = "Part of the message.")},
    doc = "Passes if the target under test can't be analyzed, with that message.",
    expect_failure = True,
)
