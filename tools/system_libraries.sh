#!/bin/sh
# MediaPipe loads two graphics libraries even where it computes on the CPU, and pip cannot bring them. `make setup` calls
# this: as root on Debian or Ubuntu it installs them, elsewhere it says what to install.
set -eu

packages=""
ldconfig -p | grep -q 'libEGL\.so\.1' || packages="$packages libegl1"
ldconfig -p | grep -q 'libGLESv2\.so\.2' || packages="$packages libgles2"
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$packages ..."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086  # one word a package is meant
  apt-get install -qq --no-install-recommends $packages >/dev/null
else
  echo "MediaPipe needs the system libraries$packages: on Debian and Ubuntu, 'sudo apt install$packages' adds them." >&2
  exit 1
fi
