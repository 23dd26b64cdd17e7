"""TOML files, and where their keys stand, which TOML's reader does not tell."""

from __future__ import annotations

import re
from typing import Any

from modengine.errors import Location
from modengine.policy.nodes.diagnostics import Diagnostics, shown


def read_toml(text: str, file: str, report: Diagnostics, hint: str) -> dict[str, Any] | None:
    """What a file says; None where it is not TOML, which is reported."""
    import tomllib  # noqa: PLC0415  (few policies have such a file)

    report.know(file, text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: of TOML, and of a number with thousands of digits
        said = str(error) or "nested too deep"
    where = re.search(r" \(at line (\d+), column (\d+)\)$", said)
    end = text.rstrip().count("\n") + 1 if "end of document" in said else 1
    place = Location(file, int(where[1]), int(where[2])) if where else Location(file, end)
    message = f"not TOML: {shown(said[: where.start()] if where else said, 200).lower()}"
    report.add("ME114", message, place, hint)
    return None


def key_place(text: str, file: str, table: str, key: str, inside: str = "") -> Location:
    """Where a key stands, which may be of a table; or what stands `inside` its value."""
    path = rf"""(?m)^[ \t]*(?:\[\s*)?(?:{table}\s*\.\s*)?["']?({re.escape(key)})["']?\s*[=\].]"""
    found = re.search(path, text)
    at = found.start(1) if found else max(0, text.find(key))
    at = max(at, text.find(inside, at))
    return Location(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
