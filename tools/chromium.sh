#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: playwright's own, else Debian's package.
set -eu
cd "$(dirname "$0")/.."
for name in "${GUIDANCE_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if .venv/bin/python - <<'PY'
import pathlib
import sys

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PY
then
    exit 0
fi
echo "Installing Chromium for the browser tests" >&2
if .venv/bin/python -m playwright install chromium >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq chromium && exit 0
fi
echo "No Chromium was found and none could be installed. Debian: sudo apt-get install chromium" >&2
echo "Elsewhere: install Chrome or Chromium and set GUIDANCE_TEST_CHROMIUM to its program." >&2
exit 1
