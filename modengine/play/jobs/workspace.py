"""From the files that the page sends to an engine, reading nothing else of the machine and writing nothing on it.

The shipped rules are beside them, in `shipped`; no other file is there, whatever they name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from modengine.checks.run import check_loaded
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import Diagnostic
from modengine.loading import collector_off
from modengine.model import Action
from modengine.paths import shipped_rules
from modengine.play.limits import MOST_FILES, MOST_RULES
from modengine.policy.files import GIVEN_SHIPPED
from modengine.policy.load import read_given
from modengine.policy.packs.find import OURS

USUAL: Mapping[Action, int] = {"label": 30, "review": 50, "block": 90}
"""The thresholds of a lone ruleset: those of the tutorial."""
_NAME = re.compile(r"\w[\w -]{0,60}(\.[\w-]{1,30}){0,3}\.(yaml|yml|txt)")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a set of files."""

    engine: Engine | None
    diagnostics: tuple[Diagnostic, ...]
    """Places name the files as they were sent."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What it was made of; nothing of one that was made elsewhere."""


def names_are_good(files: Mapping[str, str], main: str) -> str:
    """What is wrong with the names or sizes of files; empty for nothing."""
    if not files or len(files) > MOST_FILES:
        return f"a rule set has 1 to {MOST_FILES} files"
    if main not in files:
        return f"the policy `{main[:80]}` is not among the files"
    if sum(map(len, files.values())) > MOST_RULES:
        return f"the files have more than {MOST_RULES:,} characters"
    for name in files:
        parts = name.split("/")
        folders = all(re.fullmatch(r"\w[\w-]{0,60}", part) for part in parts[:-1])
        if len(parts) > 4 or not folders or not _NAME.fullmatch(parts[-1]) or parts[0].lower() == GIVEN_SHIPPED:
            return f"`{name[:80]}` is no name of a rule file here: letters, digits, `-`; .yaml, .yml or .txt"
        if any(_RESERVED.match(part) for part in parts):
            return f"`{name[:80]}` is a name that some systems keep for themselves"
    return ""


def make(files: Mapping[str, str], main: str) -> Made:
    """The engine of a policy among the files; a lone ruleset gets the usual thresholds.

    Raises ValueError for names or sizes that are not allowed.
    """
    if wrong := names_are_good(files, main):
        raise ValueError(wrong)
    with collector_off():
        return _made(contents(files), main)


def contents(files: Mapping[str, str]) -> dict[str, bytes]:
    """What is read of files that were sent, with the shipped rules where one names them."""
    given = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
    if any(f"{GIVEN_SHIPPED}/" in text or f"{OURS}:" in text for text in files.values()):
        given |= _shipped()
    return given


@cache
def _shipped() -> dict[str, bytes]:
    folder = shipped_rules()
    files = (path for path in folder.rglob("*") if path.is_file())
    return {f"{GIVEN_SHIPPED}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def _made(given: Mapping[str, bytes], main: str) -> Made:
    loaded = read_given(given, main)
    policy = loaded.any_policy
    if policy is not None and loaded.ruleset is not None:
        policy = replace(policy, actions=dict.fromkeys(policy.categories, USUAL))
        loaded = replace(loaded, policy=policy, ruleset=None)
    problems = [problem for problem in check_loaded(loaded) if problem.severity != "note"]
    engine = None
    if policy is not None and not any(diagnostic.severity == "error" for diagnostic in problems):
        engine = Engine(Program(policy))  # `check_loaded` held it to what `compile_engine` asks
    return Made(engine, tuple(problems), given)
