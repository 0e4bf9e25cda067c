#!/bin/sh
# Finds Firefox and WebKitGTK for tests/engines/, or installs them from Debian's packages. Where that cannot be done, the
# tests of that engine are skipped and say which package they need; with GUIDANCE_TEST_ENGINES=all that is a failure.
set -eu

lacking() {
    command -v firefox-esr >/dev/null 2>&1 || command -v firefox >/dev/null 2>&1 || echo firefox-esr
    command -v WebKitWebDriver >/dev/null 2>&1 || echo webkit2gtk-driver
    command -v Xvfb >/dev/null 2>&1 || echo xvfb
}

[ -n "$(lacking)" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the browser tests: $(lacking | tr '\n' ' ')" >&2
    apt-get update -qq && lacking | xargs apt-get install -y -qq >/dev/null && exit 0
fi
echo "Tests of some browser engines are skipped. Debian: sudo apt-get install $(lacking | tr '\n' ' ')" >&2
[ "${GUIDANCE_TEST_ENGINES:-}" != all ]
