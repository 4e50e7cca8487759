#!/usr/bin/env bash
# `npm ci` in a folder, with the machine's Node (20 or newer) or else with the one that a Python wheel carries.
set -eu
folder=$1
. "$(dirname "$0")/node.sh"
(cd "$folder" && npm_command ci --ignore-scripts --no-audit --no-fund --loglevel=error)
