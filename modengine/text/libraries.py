"""The versions of the libraries that a decision depends on.

Each is looked up once: a lookup reads the metadata of the library, which takes milliseconds, and every
policy that is loaded asks for several.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version(name: str) -> str:
    """Raises PackageNotFoundError."""
    return metadata.version(name)
