"""The locked packages: every direct dependency is there, within its range and with a hash."""

from __future__ import annotations

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {"dev": ("dev", "audit", "docs", "editor", "lab", "paper", "play", "ray"), "runtime": ("audit", "lab", "play")}


def locked(name: str) -> list[tuple[Requirement, bool]]:
    """The packages of a file, and whether each has a hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    return [(Requirement(line.split("--hash")[0]), "--hash=sha256:" in line) for line in lines]


@pytest.mark.parametrize("name", EXTRAS)
def test_every_direct_dependency_is_locked_within_its_range(name: str) -> None:
    found = locked(name)
    assert all(hashed for _, hashed in found)
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *(line for extra in EXTRAS[name] for line in extras[extra])]
    for requirement in map(Requirement, wanted):
        same = [lock for lock, _ in found if canonicalize_name(lock.name) == canonicalize_name(requirement.name)]
        if requirement.name == "modengine":
            continue
        assert same, f"{requirement} is not locked: run tools/lock.sh"
        for lock in same:
            (pin,) = lock.specifier
            assert requirement.specifier.contains(pin.version), f"{lock} against {requirement}: run tools/lock.sh"
