#!/usr/bin/env bash
# Runs pytest with the arguments given. What fails beside other tests on a busy machine is run once more, alone: a test that passes
# then is named as unsteady, one that fails again fails the run. More than twenty failures are no accident and are not run again.
set -u
cd "$(dirname "$0")/.."
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
.venv/bin/python -m pytest -o cache_dir="$kept" "$@"
code=$?
failed="$kept/v/cache/lastfailed"
if [ "$code" != 1 ] || [ ! -s "$failed" ] || [ "$(grep -c ': true' "$failed")" -gt 20 ]; then exit "$code"; fi
names=$(sed -n 's/^ *"\(.*\)": true,\{0,1\}$/  \1/p' "$failed")
printf '\nFailed, and now run once more, alone:\n%s\n' "$names"
.venv/bin/python -m pytest -o cache_dir="$kept" --last-failed "$@" -n 0 || exit $?
printf '\nUnsteady: these failed beside others and passed alone. Mend them before they hide a fault.\n%s\n' "$names"
