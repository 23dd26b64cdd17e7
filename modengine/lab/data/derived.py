"""The engine of a policy that was made from one already compiled: by leaving out, switching or rescoring."""

from __future__ import annotations

from collections.abc import Mapping

from modengine.engine.compile.plain import encoded_within, is_taken
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.engine.match.terms import Boundary
from modengine.errors import InputError
from modengine.lab.data.without import rescored
from modengine.loading import collector_off
from modengine.policy.model import Policy


def refuse_specimens(policy: Policy) -> None:
    """Raises InputError (ME911) for a list that others made: it has no rules to leave out or to rescore."""
    if policy.specimens:
        raise InputError(
            "ME911", f"`{policy.id}` is a specimen or names one: it has no points or options of its own to change",
            "measure it: modengine specimen measure, eval, diff, flip, fairness, evade",
        )  # fmt: skip


def derived(engine: Engine, policy: Policy, boundary: Boundary = "not-straddling") -> Engine:
    """The engine of a policy that was made from that of `engine`, whose patterns were checked and automata made.

    Both are most of what compiling takes, and the lab compiles a policy for each rule.
    """
    with collector_off():
        return _like(engine, Program(policy, boundary, like=engine.program))


def repointed(engine: Engine, points: Mapping[str, int]) -> Engine:
    """The engine with other points for some of its rules; nothing is learnt of its patterns again."""
    program = engine.program
    with collector_off():
        return _like(engine, Program(rescored(engine.policy, points), program.boundary, program.budget, program.learnt))


def _like(engine: Engine, program: Program) -> Engine:
    if engine.compiled and is_taken(program):
        program.plain = encoded_within(program, engine.program)
    return Engine(program)
