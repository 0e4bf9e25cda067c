#!/bin/sh
# Makes .venv with the pinned packages of requirements/$1.txt (run or dev). Does nothing when that is done already.
set -eu
cd "$(dirname "$0")/.."
what=$1
stamp=.venv/.installed-$what
wanted=$(cat requirements/run.txt requirements/dev.txt pyproject.toml | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    exit 0
fi

find_python() {
    for name in python3.13 python3.12 python3.11 python3 python3.14; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    if [ -z "$python" ]; then
        echo "Guidance needs Python 3.11 or newer, and none was found." >&2
        echo "Debian: apt-get install python3 python3-venv    macOS: brew install python" >&2
        exit 1
    fi
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get update -qq && apt-get install -y -qq python3-venv
        else
            echo "This Python cannot make virtual environments. Debian: sudo apt-get install python3-venv" >&2
            exit 1
        fi
    fi
    echo "Making .venv with $python" >&2
    "$python" -m venv .venv
fi
echo "Installing the packages of requirements/$what.txt" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$what.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
echo "$wanted" > "$stamp"
