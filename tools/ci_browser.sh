#!/usr/bin/env bash
# Installs what the browser tests need, where that is possible (Debian, root); without it they are skipped, and say so.
# Called by .ci/run before its tests.
set -euo pipefail

if command -v chromium-headless-shell >/dev/null; then
  echo "browser tests: Chromium's headless shell is here"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  from_debian() { apt-get install -qq --yes --no-install-recommends "$@" fonts-wqy-microhei >/dev/null; }
  apt-get update -qq >/dev/null || true
  if from_debian chromium-headless-shell; then
    echo "browser tests: installed $(chromium-headless-shell --version 2>/dev/null || echo chromium-headless-shell)"
  elif command -v chromium >/dev/null || command -v google-chrome >/dev/null; then
    echo "browser tests: a whole Chromium is here, which takes half as long again"
  elif from_debian chromium; then
    echo "browser tests: installed $(chromium --version 2>/dev/null || echo chromium)"
  else
    echo "browser tests: Chromium could not be installed: they will be skipped" >&2
  fi
elif command -v chromium >/dev/null || command -v google-chrome >/dev/null; then
  echo "browser tests: a Chromium is here"
else
  echo "browser tests: no Chromium here, and no way to install one: they will be skipped" >&2
fi
