#!/usr/bin/env bash
# Runs public validators over state machines and templates: those in the golden
# cases, or the files and folders given. They are installed, pinned, into the
# user's cache through npm's and pip's ordinary configuration.
#
#   tools/checks/validate.sh
#   tools/checks/validate.sh bazel-bin/flows
#
# Needs node 20 with npm, and python 3.9 with venv. Exits 0 when there is no
# finding but those that findings.mjs explains.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

# One folder for each set of versions, so that a change of versions can't meet an old install.
key=$(cat "$here/package.json" "$here/package-lock.json" "$here/requirements.txt" | sha256sum | cut -c1-16)
cache=${LOKKI_CHECKS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lokki/checks}/$key
if [[ ! -e $cache/complete ]]; then
	rm -rf "$cache"
	mkdir -p "$cache"
	cp "$here/package.json" "$here/package-lock.json" "$cache/"
	(cd "$cache" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error)
	python3 -m venv "$cache/venv"
	"$cache/venv/bin/pip" install --quiet -r "$here/requirements.txt"
	touch "$cache/complete"
fi

if [[ $# -eq 0 ]]; then
	set -- "$root/tools/cfn/testdata"
fi
LOKKI_CHECKS=$cache exec node "$here/validate.mjs" "$@"
