"""Terms and signs that a person may want to look at: what a policy does not know yet, and what excuses false alarms.

They are found on the writing half, by the model of `residual.separating`, and counted on both.  Each is grown to the
left and right as long as all rows in which it was found go on alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from modengine.lab.advice.residual import separating
from modengine.lab.advice.rows import AdvisedRows
from modengine.lab.stats.metrics import Flags
from modengine.model import Action

FEWEST = 3
"""Clusters of the writing half in which a proposal must stand."""
LONGEST = 8
"""Characters of a proposal: longer ones would be texts rather than terms."""
DIGITS = 4
"""A proposal has at most so many: more are somebody's number."""
EXAMPLES = 2
_AROUND = 15
Purpose = Literal["catch", "relieve"]


class HalfCount(msgspec.Struct, frozen=True):
    """Rows in which a proposal stands, of all such rows of a half."""

    k: int
    n: int


class Proposal(msgspec.Struct, frozen=True):
    """A term, or a sign, with what it would meet as a substring of the plain view.  No rule is made of it."""

    category: str
    purpose: Purpose
    """`catch`: it tells rows that the policy misses from harmless ones; `relieve`: false alarms from right hits."""
    kind: Literal["term", "sign"]
    """`term`: letters and digits alone."""
    text: str
    weight: float
    """Of the model: comparable within a category and purpose alone."""
    clusters: int
    """Of the rows that it was found in."""
    wanted: tuple[HalfCount, HalfCount]
    """Writing half, checking half: misses; of a relief, false alarms."""
    harmful: tuple[HalfCount, HalfCount]
    """All rows of the category; of a relief, those that are rightly hit."""
    harmless: tuple[HalfCount, HalfCount]
    """All harmless rows."""
    examples: tuple[str, ...]
    """The words around it on the writing half; empty where the texts may not be shown."""


@dataclass(frozen=True)
class _Aim:
    """What is looked for, and in which rows."""

    category: str
    purpose: Purpose
    wanted: Flags
    against: Flags
    harmful: Flags


def proposals(rows: AdvisedRows, category: str, at: Action, shown: Flags, most: int, seed: int) -> tuple[Proposal, ...]:
    """At most `most` for each purpose: those that would do most, by weight times rows.  `shown`: rows to quote from."""
    own, harmless, hit = rows.own(category), rows.harmless, rows.hit(category, at)
    catch = _Aim(category, "catch", own & ~hit, harmless, own)
    relieve = _Aim(category, "relieve", harmless & hit, own & hit, own & hit)
    return tuple(
        proposal
        for aim in (catch, relieve)
        for proposal in sorted(_proposed(rows, aim, shown, seed), key=_order)[:most]
    )


def _order(proposal: Proposal) -> tuple[float, str]:
    return -proposal.weight * proposal.wanted[0].k, proposal.text


def _proposed(rows: AdvisedRows, aim: _Aim, shown: Flags, seed: int) -> Iterator[Proposal]:
    wanted, against = (_texts(rows, there & rows.writing) for there in (aim.wanted, aim.against))
    done: set[str] = set()
    for gram, weight in separating(wanted, against, FEWEST, seed):
        text = _grown(gram, [there for there in wanted if gram in there])
        if text in done or sum(char.isdigit() for char in text) > DIGITS:
            continue
        done.add(text)
        holds = np.array([text in there for there in rows.texts], np.bool_)
        clusters = len(np.unique(rows.clusters[holds & aim.wanted & rows.writing]))
        if clusters < FEWEST:
            continue
        quoted = np.flatnonzero(holds & aim.wanted & rows.writing & shown)[:EXAMPLES]
        yield Proposal(
            aim.category,
            aim.purpose,
            "term" if text.isalnum() else "sign",
            text,
            weight,
            clusters,
            _halves(rows, holds, aim.wanted),
            _halves(rows, holds, aim.harmful),
            _halves(rows, holds, rows.harmless),
            tuple(_around(rows.texts[i], text) for i in quoted),
        )


def _texts(rows: AdvisedRows, there: Flags) -> list[str]:
    return [rows.texts[i] for i in np.flatnonzero(there)]


def _halves(rows: AdvisedRows, holds: Flags, among: Flags) -> tuple[HalfCount, HalfCount]:
    first, second = (
        HalfCount(int((holds & among & half).sum()), int((among & half).sum()))
        for half in (rows.writing, ~rows.writing)
    )
    return first, second


def _grown(gram: str, texts: Sequence[str]) -> str:
    """The gram with what stands beside it wherever it first stands in each of these texts; letters alone."""
    found, grew = gram, True
    while grew and len(found) < LONGEST:
        places = [text.find(found) for text in texts]
        before = {text[at - 1] if at else "" for text, at in zip(texts, places, strict=True)}
        after = {text[at + len(found) : at + len(found) + 1] for text, at in zip(texts, places, strict=True)}
        left, right = (next(iter(beside)) if len(beside) == 1 else "" for beside in (before, after))
        grew = left.isalpha() or right.isalpha()
        found = left + found if left.isalpha() else found + right if right.isalpha() else found
    return found


def _around(text: str, term: str) -> str:
    at = text.find(term)
    start, end = max(0, at - _AROUND), at + len(term) + _AROUND
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
