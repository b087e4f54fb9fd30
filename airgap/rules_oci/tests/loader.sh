#!/bin/sh
# Stands in for a container engine: keeps what it is asked to load.
set -eu
[ "$1 $2" = "load --input" ]
cat "$3" >"$LOADED_TO"
echo "loaded by the loader"
