"""The compiled core: whether it is here, and a policy given to it.

It decides what the Python engine decides, and hands back what it does not know.  `MODENGINE_CORE=0` turns it off.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from modengine.engine.compile import plain
from modengine.engine.compile.program import Program
from modengine.engine.evaluate.conditions import Truth, compared
from modengine.engine.evaluate.matches import shown
from modengine.engine.evaluate.scope import lies_in
from modengine.entities import plain as entities
from modengine.model import CategoryScore, Decision, LongText, Match, Message, Raised, ReliefHit, RuleHit
from modengine.policy.fields import read_fields
from modengine.text.normalize import normal
from modengine.text.records import block, syllables
from modengine.text.segment import Segmenter, dictionary
from modengine.text.tables import undisguised

RECORD = Path(__file__).parents[1] / "_core_build.json"
"""What the build wrote down about the core."""


@cache
def module() -> tuple[Any, str]:
    """The core with its version; or None, and why there is none."""
    if os.environ.get("MODENGINE_CORE") == "0":
        return None, "turned off by MODENGINE_CORE=0"
    if reason := why_not():
        return None, f"not built: {reason}"
    try:
        core = import_module("modengine._core")
    except ImportError as error:
        return None, "not built" if find_spec("modengine._core") is None else f"cannot be loaded: {error}"
    if core.FORMAT != plain.FORMAT:
        return None, f"of another format ({core.FORMAT}, not {plain.FORMAT}): install modengine again"
    Sequence.register(core.Matches)
    return core, str(core.__version__)


def why_not(record: Path = RECORD) -> str:
    """Why no core was built; empty where one was, or nothing is known.

    What it says holds even where a library lies there: an older one may have been in use and have stayed.
    """
    try:
        found = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    if not isinstance(found, dict) or found.get("status") in (None, "built"):
        return ""
    return str(found.get("reason") or found["status"])


@cache
def _readers() -> Any:
    """The tables of characters and the dictionary: the same for all policies of a process."""
    disguises = list(undisguised().items())
    return module()[0].Readers(block, normal, syllables(), str(dictionary()), disguises, entities.encoded())


def core_of(program: Program, matches: Callable[[Message | str, str], tuple[Match, ...]]) -> Any:
    """The core with a policy; None where there is none, or it takes no such policy.

    `matches` gives the matches of a rule's hit in a message as the Python engine finds them.
    """
    core, _ = module()
    if core is None or not plain.is_taken(program):
        return None
    fields = _fields(program)
    absent, _ = fields({})
    names = {
        "revision": program.revision,
        "fields": fields,
        "absent": [] if all(value is None for value in absent) else absent,
        "most_characters": program.budget.characters,
        "most_parts": program.budget.parts,
        "shown": shown,
        "matches": matches,
        "Message": Message,
        "Decision": Decision,
        "CategoryScore": CategoryScore,
        "RuleHit": RuleHit,
        "ReliefHit": ReliefHit,
        "Raised": Raised,
        "LongText": LongText,
        "Match": Match,
    }
    if program.plain is None:
        program.plain = plain.encoded(program)
    return core.Core(program.plain, _readers(), names)


class CoreWords:
    """The words of a policy by the core, which has the dictionary already; tags by the segmenter itself."""

    def __init__(self, core: Any, segmenter: Segmenter) -> None:
        self.name, self.own, self.tag = segmenter.name, segmenter.own, segmenter.tag
        self.cut: Callable[[str], list[str]] = core.cut


def _fields(program: Program) -> Callable[[Mapping[str, Any]], tuple[list[Truth], Truth]]:
    """What reads the fields of a message: the values of all comparisons, and whether it lies in the period."""
    policy = program.policy
    comparisons = tuple(plain.comparisons(program).values())

    def read(given: Mapping[str, Any]) -> tuple[list[Truth], Truth]:
        fields = read_fields(policy.fields, given)
        inside = None if policy.period is None else lies_in(policy.period, fields)
        return [compared(comparison, fields) for comparison in comparisons], inside

    return read
