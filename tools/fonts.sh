#!/bin/sh
# Sees to it that the browser tests find a font for each script of the ten languages: the machine's own, else Debian's.
set -eu
command -v fc-list >/dev/null 2>&1 || [ "$(uname)" != Darwin ] || exit 0  # macOS has fonts of all ten scripts

lacking() {
    for language in bn zh-cn ar ur he ru; do
        fc-list ":lang=$language" 2>/dev/null | grep -q . || echo "$language"
    done
}

[ -n "$(lacking)" ] || exit 0
echo "Installing fonts for the browser tests" >&2
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq fontconfig fonts-noto-core fonts-wqy-microhei >/dev/null
    exit 0
fi
echo "Fonts are missing for: $(lacking | tr '\n' ' ')" >&2
echo "Debian: sudo apt-get install fontconfig fonts-noto-core fonts-wqy-microhei" >&2
exit 1
