"""From files to an engine, with every error of every file at once."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from modengine.engine import Engine
from modengine.errors import Place, PolicyError, Problem
from modengine.identity.guard import guard
from modengine.kept import keep, keep_facts, keys_of, recall
from modengine.match.program import Program, problems
from modengine.match.terms import Boundary
from modengine.paths import shipped_policy
from modengine.ruleset.load import not_a_policy, policy_of, read
from modengine.ruleset.model import Policy, Ruleset


def load(path: str | Path | None = None) -> Engine:
    """The engine of a policy file; of the shipped campaign policy without one.

    Raises PolicyError with every error in the policy and in all files that it names.
    """
    engine, ruleset = load_any(shipped_policy() if path is None else Path(path))
    if ruleset is not None:
        raise PolicyError(with_source([not_a_policy(ruleset)]))
    return engine


def load_any(file: Path) -> tuple[Engine, Ruleset | None]:
    """The engine of a policy file; or of the smallest policy around a lone ruleset, and that ruleset.

    Raises PolicyError with every error.
    """
    with _collector_off():
        kept = recall(file)
        program = kept.program()
        if program is not None:
            return Engine(program), None
        kept.learn()
        loaded = read(file)
        policy = loaded.policy
        if policy is None and loaded.ruleset is not None:
            policy = policy_of(loaded.ruleset)
        found = [*loaded.problems, *(policy_problems(policy) if policy is not None else ())]
        errors = [problem for problem in found if problem.severity == "error"]
        if errors or policy is None:
            raise PolicyError(with_source(errors))
        program = Program(policy)
        if loaded.ruleset is None:
            keep(file, program)
        elif keys_of(policy) != kept.keys:
            keep_facts(file, policy)
        return Engine(program), loaded.ruleset


@contextmanager
def _collector_off() -> Iterator[None]:
    """Without looking for garbage: of the hundred thousands of objects that are made, nearly all stay."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def compile_engine(policy: Policy, boundary: Boundary = "not-straddling") -> Engine:
    """The engine of a policy made in Python; held to the same lines as one that is loaded.

    With another `boundary` than that of the rule language, its decisions have a revision of their own.
    """
    errors = [problem for problem in policy_problems(policy) if problem.severity == "error"]
    if errors:
        raise PolicyError(with_source(errors))
    return Engine(Program(policy, boundary))


def policy_problems(policy: Policy) -> tuple[Problem, ...]:
    """What is wrong with patterns, and what the line we keep (docs/scope.md) does not allow."""
    return (*problems(policy), *guard(policy))


def with_source(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each with the line of the file it points at."""
    read: dict[str, tuple[str, ...]] = {}
    return tuple(one if one.source else replace(one, source=_line(one.place, read)) for one in found)


def _line(place: Place, read: dict[str, tuple[str, ...]]) -> str:
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
