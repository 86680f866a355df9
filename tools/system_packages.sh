#!/bin/sh
# Installs Mesa's EGL, which draws Slicer's views without a screen, where it is missing and this user may install it.
if ldconfig -p 2>/dev/null | grep -q libEGL_mesa; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Mesa's EGL for pictures of Slicer's views (libegl1, libgl1-mesa-dri)..."
    apt-get update -qq >/dev/null && apt-get install -y -qq libegl1 libgl1-mesa-dri >/dev/null && exit 0
fi
echo "Pictures of Slicer's views will be left out. They need: apt-get install libegl1 libgl1-mesa-dri" >&2
