"""Bazel's own proto_common, under protobuf's name."""

proto_common = proto_common_do_not_use
