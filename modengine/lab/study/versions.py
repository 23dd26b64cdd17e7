"""The versions of what a result depends on: the packages that modengine needs, and theirs."""

from __future__ import annotations

import platform
import re
from importlib import metadata

ROOT = "modengine"
EXTRAS = ("lab",)
_NEEDED = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?[^;]*(?:;(.*))?")
_EXTRA = re.compile(r"""\bextra\s*==\s*["']([^"']+)["']""")


def installed() -> dict[str, str]:
    """Name to version of modengine, of what it needs to measure, and of what these need, as far as installed."""
    found: dict[str, str] = {}
    ask: list[tuple[str, tuple[str, ...]]] = [(ROOT, EXTRAS)]
    while ask:
        name, extras = ask.pop()
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        found[key] = package.version
        for needed in package.requires or ():
            match = _NEEDED.match(needed)
            if match is None:
                continue
            extra = _EXTRA.search(match[2] or "")
            if extra is None or extra[1] in extras:
                ask.append((match[1], ()))
    return dict(sorted(found.items()))


def python() -> str:
    """`CPython 3.12.1`."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def lock(versions: dict[str, str]) -> str:
    """A requirements file with exactly these."""
    return "".join(f"{name}=={version}\n" for name, version in versions.items())
