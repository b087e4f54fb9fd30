"""The public rules: the API of rules_oci 2.3.0."""

load("//oci/private:image.bzl", _oci_image = "oci_image", _oci_image_rule = "oci_image_rule")
load("//oci/private:image_index.bzl", _oci_image_index = "oci_image_index", _oci_image_index_rule = "oci_image_index_rule")
load("//oci/private:load.bzl", _oci_load = "oci_load", _oci_load_rule = "oci_load_rule")
load("//oci/private:push.bzl", _oci_push = "oci_push", _oci_push_rule = "oci_push_rule")

oci_image = _oci_image
oci_image_index = _oci_image_index
oci_load = _oci_load
oci_push = _oci_push

oci_image_rule = _oci_image_rule
oci_image_index_rule = _oci_image_index_rule
oci_push_rule = _oci_push_rule
oci_tarball_rule = _oci_load_rule
