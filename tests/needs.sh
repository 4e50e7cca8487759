#!/usr/bin/env bash
# What the tests need beside Python: Chromium, installed here where that is possible, named where it is not.
set -eu
if [ -x /usr/bin/chromium ] || [ -n "${CHROMIUM:-}" ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Chromium for the browser tests"
  apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends chromium fonts-dejavu-core >/dev/null
  exit 0
fi
echo "Chromium is missing: install your system's package of it, or set CHROMIUM to its path" >&2
exit 1
