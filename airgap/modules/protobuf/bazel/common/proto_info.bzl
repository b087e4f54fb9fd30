"""Bazel's own ProtoInfo, under protobuf's name."""

load("@rules_proto//proto:defs.bzl", _ProtoInfo = "ProtoInfo")

ProtoInfo = _ProtoInfo
