#!/usr/bin/env bash
# Installs what the browser tests need, where that is possible (Debian, root); without it they are skipped, and say so.
# Called by .ci/run before its tests.
set -euo pipefail

if command -v chromium >/dev/null || command -v google-chrome >/dev/null; then
  echo "browser tests: a Chromium is here"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  if { apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium fonts-wqy-microhei; } >/dev/null; then
    echo "browser tests: installed $(chromium --version 2>/dev/null || echo chromium)"
  else
    echo "browser tests: Chromium could not be installed: they will be skipped" >&2
  fi
else
  echo "browser tests: no Chromium here, and no way to install one: they will be skipped" >&2
fi
