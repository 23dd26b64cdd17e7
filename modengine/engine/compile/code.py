"""The digest of the code and tables that say how a policy is read, checked and compiled."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from functools import cache
from pathlib import Path

from modengine.paths import shipped_rules
from modengine.text.libraries import version
from modengine.version import __version__

FILES = (
    "*.py", "text/*.py", "text/data/*", "entities/*.py", "entities/data/*", "policy/**/*.py", "engine/**/*.py",
    "checks/**/*.py", "checks/*.yaml",
)  # fmt: skip
LIBRARIES = ("jieba", "msgspec", "pypinyin", "pyyaml", "regex")


@cache
def digest() -> bytes:
    """SHA-256: what was worked out under another digest is worked out again.

    The place of the shipped rules counts too: a policy names them as `modengine:NAME`.
    """
    total = hashlib.sha256()
    parts = [__version__, sys.version, unicodedata.unidata_version, *map(version, LIBRARIES)]
    total.update("\0".join([*parts, str(shipped_rules())]).encode("utf-8", "surrogateescape"))
    package = Path(__file__).parents[2]
    for pattern in FILES:
        for file in sorted(package.glob(pattern)):
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.digest()
