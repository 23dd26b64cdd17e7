#!/usr/bin/env bash
# Writes the exact packages, with hashes, that development (`dev`) and the release's inventory (`runtime`) use: of the
# ranges in pyproject.toml, for all platforms and Python 3.11 or later.  `tools/lock.sh --upgrade` takes the newest of each.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo 'uv is needed: pip install uv' >&2; exit 2; }
# Extras are named: of `smart-open[http]`, which another package asks for, pip 23 takes the newest release where only `smart-open` is pinned.
lock() {
  uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate --no-strip-extras \
    --default-index https://pypi.org/simple "${@:2}" pyproject.toml --output-file "requirements/$1.txt"
}
lock dev --extra dev "$@"
lock runtime --extra audit --extra lab --extra play "$@"
