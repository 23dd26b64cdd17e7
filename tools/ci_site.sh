#!/usr/bin/env bash
# Fetches what the tests of the static site need (Pyodide, and msgspec for it) into a folder, by npm and pip, where that is
# possible; without it they are skipped, and say so.  tools/ci_site.sh FOLDER; called by .ci/run before its tests.
set -euo pipefail

folder="$1"
if ! command -v npm >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -qq --yes --no-install-recommends npm; } >/dev/null || true
fi
mkdir -p "$folder"
.venv/bin/python - "$folder" <<'END' || echo "static site: its tests in a browser will be skipped" >&2
import sys
from pathlib import Path

from modengine.errors import InputError
from modengine.play.site.runtime import runtime

try:
    runtime(None, Path(sys.argv[1]), print)
except InputError as error:
    sys.exit(f"{error.code}: {error.message}")
END
