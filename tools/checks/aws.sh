#!/usr/bin/env bash
# Deploys the examples to an emulator of AWS on this machine, runs them there, and
# removes them. The emulator comes from PyPI, with pinned hashes, into the user's cache.
#
#   tools/checks/aws.sh
#
# Needs Python 3.11 with venv, and what tools/bazel needs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
requirements=$root/e2e/aws/requirements.txt
cache=${LOKKI_CHECKS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lokki/checks}/aws-$(sha256sum "$requirements" | cut -c1-16)
if [[ ! -e $cache/complete ]]; then
	rm -rf "$cache"
	python3 -m venv "$cache" && "$cache/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements" || {
		echo "tools/checks: installing the emulator failed" >&2
		echo "hint: it needs python3 with venv, and access to PyPI" >&2
		exit 2
	}
	touch "$cache/complete"
fi

# The images must run here.
architecture=amd64
[[ $(uname -m) != aarch64 ]] || architecture=arm64
cd "$root/examples"
"$root/tools/bazel" build "--repo_env=LOKKI_LAMBDA_DEFAULTS_ARCHITECTURE=$architecture" \
	//flows:birds_bundle //flows:birds_local //flows/words:words_bundle //flows/words:words_local
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
GOWORK=off LOKKI_MINISTACK=$cache/bin/python LOKKI_BUILT=$root/examples/bazel-bin/flows \
	go test -tags aws -count=1 -v ./e2e/aws 2>&1 | tee "$log" || failed=1
awk -v failed=$failed '
	/^ *--- PASS/ { passed++ }
	/^ *--- FAIL/ { broken++ }
	END {
		if (failed && !broken) broken = 1 # the tests did not even start
		print passed + 0 " passed, " broken + 0 " failed"
	}' "$log"
exit $failed
