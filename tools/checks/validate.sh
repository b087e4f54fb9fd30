#!/usr/bin/env bash
# Runs public validators and a policy scanner over state machines and templates:
# those of the golden cases and of 200 random flows, or the files and folders
# given. They are installed, pinned, into the user's cache through npm's and
# pip's ordinary configuration.
#
#   tools/checks/validate.sh
#   tools/checks/validate.sh bazel-bin/flows
#
# Needs node 20 with npm, python 3.9 with venv, and Go for the random flows. Exits
# 0 when there is no finding but those that findings.mjs answers.
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
		fail "the packages of npm can't be installed" "node 20 and a way to npm's registry are needed"
	python3 -m venv "$cache/venv" ||
		fail "there is no environment for Python's packages" "install python3 and python3-venv"
	"$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$cache/requirements.txt" -c "$cache/constraints.txt" ||
		fail "the packages of Python can't be installed" "a way to PyPI is needed"
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
