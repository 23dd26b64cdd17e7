"""What the commands on packs share: which pack is meant, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from modengine.checks.run import check_paths
from modengine.errors import Diagnostic
from modengine.policy.files import find_pack
from modengine.policy.packs.find import is_path
from modengine.policy.packs.manifest import Pack
from modengine.run.write.wheel import strange_names


def checked_pack(named: str) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
    """The pack of a folder, or an installed one by its name, with every finding in it.

    Raises UsageError where there is none.
    """
    by_path = is_path(named) or os.path.isdir(named)
    pack, problems = find_pack(named, by_path)
    if pack is None and any(problem.code == "ME311" for problem in problems):
        raise click.UsageError(f"{problems[0].message}; {problems[0].hint.replace(':POLICY', '')}")
    folder = named if pack is None else pack.folder or "."
    found = check_paths([Path(folder)]) if os.path.isdir(folder) else ()
    told = {(problem.code, problem.location, problem.message) for problem in found}
    more = (problem for problem in problems if (problem.code, problem.location, problem.message) not in told)
    return pack, (*more, *(() if pack is None else strange_names(pack)), *found)


def summary(pack: Pack) -> str:
    """A pack in one line."""
    return f"{pack.name} {pack.version} ({pack.licence}), namespace {pack.namespace}, in {pack.folder or '.'}"
