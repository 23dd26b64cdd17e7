"""A finding for every identity word in what a policy counts as evidence, relief or excuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from modengine.checks.identity.evidence import Evidence, Expression, Meeting, Wording, evidence
from modengine.checks.identity.parted import parted_words
from modengine.checks.identity.words import Read, Words, read_words
from modengine.checks.lexicon import IdentityTerm
from modengine.errors import Diagnostic, Location
from modengine.policy.model import Policy
from modengine.text.normalize import plain
from modengine.text.segment import entries

_LATIN = re.compile(r"[a-zA-Z]")

Finding = tuple[Evidence, str, IdentityTerm]
"""The evidence, what it does, and the word."""


def guard(policy: Policy) -> tuple[Diagnostic, ...]:
    """ME701 for each identity word and place, or ME809 in a study."""
    code = "ME809" if policy.study else "ME701"
    items = list(evidence(policy))
    found: dict[tuple[Location, str], Diagnostic] = {}
    for item, does, word in chain(_texts(items), _spelled(items), _meetings(items)):
        found.setdefault((item.place, word.term), _problem(code, item, does, word))
    return tuple(found.values())


def _texts(items: Sequence[Evidence]) -> Iterator[Finding]:
    texts = [item for item in items if isinstance(item, Wording)]
    distinct = list(dict.fromkeys(item.text for item in texts))
    read = dict(zip(distinct, read_words(distinct), strict=True))
    for item in texts:
        words = read[item.text]
        yield from ((item, "holds", word) for word in words.held)
        yield from ((item, "sounds like", word) for word in _sounding(item, words))


def _sounding(item: Wording, words: Read) -> Words:
    meant = words.maybe and (item.by_sound or _LATIN.search(item.text)) and not _is_word(plain(item.text))
    return (*words.sounding, *words.maybe) if meant else words.sounding


def _is_word(text: str) -> bool:
    """Whether a text is a word of the segmenter's dictionary, which sounds like another one by chance (满足, 满族)."""
    return entries([text]).get(text) is not None


def _spelled(items: Sequence[Evidence]) -> Iterator[Finding]:
    for item in items:
        if isinstance(item, Expression):
            yield from ((item, "spells", word) for word in item.words)


def _meetings(items: Sequence[Evidence]) -> Iterator[Finding]:
    for item in items:
        if isinstance(item, Meeting):
            words = parted_words(item.parts, ordered=item.ordered, close=item.close)
            yield from ((item, "puts together", word) for word in words)


def _problem(code: str, item: Evidence, does: str, word: IdentityTerm) -> Diagnostic:
    return Diagnostic(
        code,
        f"{item.what} {does} the identity word `{word.term}` ({word.group.replace('_', ' ')}: {word.en})",
        item.place,
        "describe what is done, never who; see docs/scope.md"
        if code == "ME701"
        else "nothing to mend: a study may say so, and its decisions stay shadow",
    )
