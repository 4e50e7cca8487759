#!/usr/bin/env bash
# What the tests need beside Python: Chromium, and PHP with SQLite, installed here where that is possible, named where not.
set -eu
packages=()
[ -x /usr/bin/chromium ] || [ -n "${CHROMIUM:-}" ] || packages+=(chromium fonts-dejavu-core)
modules=$(php -m 2>/dev/null || true)
for module in pdo_sqlite mbstring dom; do
  grep -qix "$module" <<<"$modules" || { packages+=(php-cli php-sqlite3 php-xml php-mbstring); break; }
done
[ ${#packages[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing ${packages[*]} for the tests"
  apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${packages[@]}" >/dev/null
  exit 0
fi
echo "${packages[*]} are missing (Debian's names): install your system's packages of them; CHROMIUM may be a path" >&2
exit 1
