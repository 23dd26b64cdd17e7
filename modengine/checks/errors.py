"""What must not be in a policy: patterns that do not compile, and what the line we keep does not allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from modengine.checks.compiling import pattern_problems
from modengine.checks.identity import guard
from modengine.errors import Diagnostic, Location
from modengine.policy.model import Policy


def policy_problems(policy: Policy) -> tuple[Diagnostic, ...]:
    """What is wrong with patterns, and what the line we keep (docs/scope.md) does not allow."""
    problems = pattern_problems(policy)
    if any(problem.code == "ME606" for problem in problems):
        return problems  # whoever refuses to compile it does not read all of it either
    return (*problems, *guard(policy))


def with_source(found: Iterable[Diagnostic], texts: Mapping[str, str] | None = None) -> tuple[Diagnostic, ...]:
    """The problems, each with the line of the file it points at; `texts` are those of names that are no files."""
    read = {name: tuple(text.splitlines()) for name, text in (texts or {}).items()}
    return tuple(
        problem if problem.source else replace(problem, source=_line(problem.location, read)) for problem in found
    )


def _line(place: Location, read: dict[str, tuple[str, ...]]) -> str:
    """The line at a place; `read` keeps the lines of each file."""
    if place.file not in read:
        read[place.file] = _lines(place.file)
    lines = read[place.file]
    return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(Path(file).read_text("utf-8-sig", errors="replace").splitlines())
    except OSError:
        return ()
