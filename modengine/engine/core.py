"""The compiled core: whether it is here, and what gives it a policy.

It decides what the Python engine decides and hands back what it does not know.  `MODENGINE_CORE=0` turns it off.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from modengine.engine.compile import plain
from modengine.engine.compile.program import Program
from modengine.engine.evaluate.conditions import compiled
from modengine.engine.evaluate.rules import _steps
from modengine.model import CategoryScore, Decision, FieldValue, Match, Message, Raised, ReliefHit, RuleHit
from modengine.policy.condition import Compare
from modengine.policy.fields import read_fields
from modengine.text import sounds
from modengine.text.normalize import normal
from modengine.text.records import block


@cache
def module() -> tuple[ModuleType | None, str]:
    """The core and its version, or none and why there is none."""
    if os.environ.get("MODENGINE_CORE") == "0":
        return None, "turned off by MODENGINE_CORE=0"
    try:
        from modengine import _core  # noqa: PLC0415  (may be missing)
    except ImportError as error:
        return None, "was not built" if find_spec("modengine._core") is None else f"cannot be loaded: {error}"
    if _core.FORMAT != plain.FORMAT:
        return None, f"is of format {_core.FORMAT}, not {plain.FORMAT}: install modengine again"
    return _core, str(_core.__version__)


@cache
def _readers() -> Any:
    core, _ = module()
    assert core is not None
    spec = find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    symbols = [(sound, ord(symbol)) for sound, symbol in sounds._symbols().items()]
    return core.Readers(block, normal, symbols, str(Path(spec.origin).with_name("dict.txt")))


def core_of(program: Program, matches: Callable[[Message | str, str], tuple[Match, ...]]) -> Any | None:
    """The core with a policy; None where there is none, or it knows no such policy.

    `matches` gives the matches of a rule's hit in a message as the Python engine finds them.
    """
    core, _ = module()
    if core is None or program.policy.segmenter != "rjieba":
        return None
    names = {
        "revision": program.revision,
        "fields": _fields(program),
        "most_characters": 20_000,
        "most_parts": 100,
        "how": _how,
        "matches": matches,
        "Message": Message,
        "Decision": Decision,
        "CategoryScore": CategoryScore,
        "RuleHit": RuleHit,
        "ReliefHit": ReliefHit,
        "Escalated": Raised,
        "Match": Match,
    }
    return core.Core(plain.encoded(program), _readers(), names)


def _how(kind: str, original: str, here: str, term: str, gaps: int, repeats: bool, way: str) -> tuple[str, ...]:
    if original == term:
        return (kind,)
    return (kind, *_steps(original, here, term, gaps, repeats, way))


def _fields(program: Program) -> Callable[[Mapping[str, Any]], tuple[list[bool | None], bool | None]]:
    """What reads the fields of a message: the values of all comparisons, and whether it lies in the period."""
    policy = program.policy
    tests = [_test(one) for one in plain.comparisons(program).values()]
    period = policy.period

    def read(given: Mapping[str, Any]) -> tuple[list[bool | None], bool | None]:
        fields = read_fields(policy.fields, given)
        time = fields.get(period.field) if period is not None else None
        inside = None
        if period is not None and isinstance(time, datetime):
            inside = (period.start is None or period.start <= time) and (period.end is None or time < period.end)
        return [test(fields) for test in tests], inside

    return read


def _test(condition: Compare) -> Callable[[Mapping[str, FieldValue]], bool | None]:
    test = compiled(condition, {})
    return lambda fields: test(SimpleNamespace(facts=SimpleNamespace(fields=fields)))  # type: ignore[arg-type]
