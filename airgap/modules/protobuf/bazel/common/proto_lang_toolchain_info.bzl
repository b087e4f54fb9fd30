"""Bazel's own ProtoLangToolchainInfo, under protobuf's name."""

ProtoLangToolchainInfo = proto_common_do_not_use.ProtoLangToolchainInfo
