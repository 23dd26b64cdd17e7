"""From files to an engine, with every error of every file at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modengine.checks.errors import policy_problems, with_source
from modengine.engine.compile.cache import keep, recall
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.terms import Boundary
from modengine.errors import PolicyError
from modengine.paths import shipped_policy
from modengine.policy.load import not_a_policy, policy_of, read
from modengine.policy.model import Policy, Ruleset


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
        program = recall(file)
        if program is not None:
            return Engine(program), None
        loaded = read(file)
        policy = loaded.policy
        if policy is None and loaded.ruleset is not None:
            policy = policy_of(loaded.ruleset)
        found = [*loaded.diagnostics, *(policy_problems(policy) if policy is not None else ())]
        errors = [problem for problem in found if problem.severity == "error"]
        if errors or policy is None:
            raise PolicyError(with_source(errors))
        program = Program(policy)
        if loaded.ruleset is None:
            keep(file, program)
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
