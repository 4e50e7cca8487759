#!/usr/bin/env bash
# Builds static/dist/ from ui/.
set -eu
cd "$(dirname "$0")/.."
. ui/node.sh
npm_command ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_command ui/build.mjs
