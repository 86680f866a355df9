#!/bin/sh
# Installs what tests and pictures need beside Python, where it is missing and this user may install it:
# Mesa's EGL, which draws Slicer's views without a screen, and Chromium, in which the report is looked at.
missing=""
ldconfig -p 2>/dev/null | grep -q libEGL_mesa || missing="libegl1 libgl1-mesa-dri"
command -v chromium >/dev/null || missing="$missing chromium"
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $missing..."
    # shellcheck disable=SC2086  # several packages
    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Some pictures and tests will be left out. They need: apt-get install $missing" >&2
