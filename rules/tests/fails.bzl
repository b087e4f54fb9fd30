"""A test that the analysis of a target fails, with the expected message."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules/private:names.bzl", "label_text")

def _fails_impl(ctx):
    env = analysistest.begin(ctx)
    target = label_text(analysistest.target_under_test(env).label)
    for part in ["\n" + target + ": "] + ctx.attr.message:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

fails_test = analysistest.make(
    _fails_impl,
    attrs = {"message": attr.string_list(doc = "What the failure's message has to say, in parts.")},
    expect_failure = True,
)
