"""Fitted points as a policy over the one that was measured, to be read before it is used."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from modengine.errors import OutputError
from modengine.lab.studies.fit import CategoryFit, Fit, FittedPoints
from modengine.paths import shipped_rules
from modengine.policy.condition import Compare
from modengine.policy.packs.find import OURS


def override(result: Fit, policy: Path, target: Path) -> str:
    """A study policy in YAML that has the fitted points over those of `policy`, each beside what it was.

    Its base is written relative to where `target` stands.  Points of single channels stand under `points`.
    Raises OutputError (ME909) where no path leads there.
    """
    base = _base(policy.resolve(), target.resolve())
    names = ", ".join(corpus.name for corpus in result.stamp.corpora)
    lines = [
        f"# Points fitted by modengine fit to {_line(names)}, seed {result.stamp.seed}:",
        f"# at most {100 * result.false_alarms:g} % of each stratum of ordinary speech may be hit.",
        "# A study policy: it takes no action.  Read each line before you believe it.",
        f"policy: {result.stamp.policy}-fitted",
        f"title: {json.dumps(f'{result.stamp.policy} with points fitted to {names}', ensure_ascii=False)}",
        "study: true",
        f"base: {json.dumps(base, ensure_ascii=False)}",
        *_overrides(result),
        *_by_channel(result),
    ]
    return "\n".join(lines) + "\n"


def _base(policy: Path, target: Path) -> str:
    if policy.parent == shipped_rules().resolve():
        return f"{OURS}:{policy.stem}"
    try:
        return os.path.relpath(policy, target.parent).replace(os.sep, "/")
    except ValueError:  # on another drive of Windows
        hint = "write it to the drive of the policy"
        raise OutputError("ME909", f"`{target}` cannot name its base, `{policy}`", hint) from None


def _overrides(result: Fit) -> Iterator[str]:
    changed = [
        this for found in result.fits if found.value is None for this in found.points if this.fitted != this.as_is
    ]
    if changed:
        yield "overrides:"
    for this in changed:
        yield f"  - {{rules: [{this.rule}], score: {this.fitted}}}  # {_beside(this, result)}"


def _beside(this: FittedPoints, result: Fit) -> str:
    sure = f"; {this.low} to {this.high} in {result.draws} draws" if result.draws else ""
    return f"{this.as_is} before{sure}"


def _by_channel(result: Fit) -> Iterator[str]:
    pooled = {this.rule: this.fitted for found in result.fits if found.value is None for this in found.points}
    found = [(part, changes) for part in result.fits if part.value is not None and (changes := _apart(part, pooled))]
    if found:
        yield "points:"
    for value in dict.fromkeys(part.value for part, _ in found):
        condition = str(Compare(str(result.by), "==", str(value)))
        yield "  - when: '" + condition.replace("'", "''") + "'"
        yield "    scores:"
        for part, changes in found:
            if part.value == value:
                yield from (f"      {rule}: {points}" for rule, points in changes.items())


def _apart(part: CategoryFit, pooled: Mapping[str, int]) -> dict[str, int]:
    """The rules whose points in a channel are others than everywhere."""
    return {this.rule: this.fitted for this in part.points if this.fitted != pooled[this.rule]}


def _line(text: str) -> str:
    return " ".join(text.split())
