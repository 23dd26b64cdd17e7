"""The public names of a package, imported when they are first used.

They stand in one place, the package's stub `__init__.pyi`, where type checkers and editors look for
them too: a line `from MODULE import NAME as NAME` each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module

Getter = Callable[[str], object]


def attach(package: str, file: str) -> tuple[Getter, Callable[[], list[str]], list[str]]:
    """What `__getattr__`, `__dir__` and `__all__` are of a package, by its `__name__` and `__file__`."""
    homes = _homes(f"{os.path.splitext(file)[0]}.pyi")
    names = sorted(homes)

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module `{package}` has no attribute `{name}`")
        return getattr(import_module(homes[name]), name)

    return get, names.copy, names


def _homes(stub: str) -> dict[str, str]:
    """Each name that a stub imports, and the module it lives in."""
    with open(stub, encoding="utf-8") as file:  # no pathlib, most of what importing `modengine` would cost
        lines = (line.split() for line in file if line.startswith("from "))
        return {name: module for _, module, _, name, *_ in lines}
