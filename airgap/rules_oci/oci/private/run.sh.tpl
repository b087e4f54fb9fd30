#!/bin/sh
# Runs the program oci with the files of a target.
set -eu
if [ -d "$0.runfiles" ]; then
    runfiles=$0.runfiles
elif [ -n "${RUNFILES_DIR:-}" ]; then
    runfiles=$RUNFILES_DIR # this is a tool or data of the program that set it
else
    runfiles=${0%.runfiles/*}.runfiles
fi
exec {ARGUMENTS} "$@"
