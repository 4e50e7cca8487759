#!/usr/bin/env bash
# Builds the plugin: build.sh FOLDER makes FOLDER/regulars-for-woocommerce and its zip.
set -eu
folder=$1
cd "$(dirname "$0")/../.."
. ui/node.sh
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
node_command extensions/woocommerce/panel/build.mjs "$folder/regulars-for-woocommerce"
(cd "$folder" && rm -f regulars-for-woocommerce.zip && "$PYTHON" -m zipfile -c regulars-for-woocommerce.zip regulars-for-woocommerce)
