#!/usr/bin/env bash
# Runs public validators and a policy scanner over state machines and templates:
# those of the golden cases and of 200 random flows, or the given files and
# folders. The pinned tools are installed into the user's cache through npm's
# and pip's ordinary configuration.
#
#   tools/checks/validate.sh
#   tools/checks/validate.sh bazel-bin/flows
#
# Needs node 20 with npm, python 3.9 with venv, and Go for the random flows. Exits
# with 0 if every finding has an answer in findings.mjs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

fail() {
	echo "tools/checks: $1" >&2
	echo "hint: $2" >&2
	exit 2
}

# One folder for each set of versions, so that a change of versions can't meet an old install.
versions=(package.json package-lock.json requirements.txt constraints.txt)
key=$(cd "$here" && cat "${versions[@]}" | sha256sum | cut -c1-16)
cache=${LOKKI_CHECKS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lokki/checks}/$key
if [[ ! -e $cache/complete ]]; then
	rm -rf "$cache"
	mkdir -p "$cache"
	(cd "$here" && cp "${versions[@]}" "$cache/")
	(cd "$cache" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error) ||
		fail "installing the npm packages failed" "it needs node 20 and access to the npm registry"
	python3 -m venv "$cache/venv" ||
		fail "creating a Python environment failed" "install python3 and python3-venv"
	"$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$cache/requirements.txt" -c "$cache/constraints.txt" ||
		fail "installing the Python packages failed" "it needs access to PyPI"
	touch "$cache/complete"
fi

options=()
if [[ $# -eq 0 ]]; then
	options=(--strict) # here all answers are needed
	random=$(mktemp -d)
	trap 'rm -rf "$random"' EXIT
	(cd "$root" && GOWORK=off go run ./tools/checks/randomflows -n 200 -out "$random")
	set -- "$root/tools/cfn/testdata" "$random"
fi
LOKKI_CHECKS=$cache node "$here/validate.mjs" "${options[@]}" -- "$@"
