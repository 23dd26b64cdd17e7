"""Messages disguised: which characters, how many, and by what.

A kind can change some of the characters of a message: m of them.  Strength s changes
ceil(SHARES[s] * m), never fewer than one.  They are the first of a random order that is the same at
every strength, and the disguise of each is drawn once, so that a stronger variant always holds the
weaker one.  Everything is drawn by the seed, the kind and the text alone: the row's place in its
corpus changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import ceil

import msgspec

from modengine.lab.data.draws import Draws
from modengine.lab.data.perturb_tables import Disguise, is_han, is_word
from modengine.model import Message, Part
from modengine.text.normalize import replace_surrogates
from modengine.text.tables import syllables_of

SHARES: dict[int, float] = {1: 0.1, 2: 0.25, 3: 0.5, 4: 0.75, 5: 1.0}
"""Strength to the share of the changeable characters that are changed."""

Spans = Sequence[tuple[int, int, int]]
"""Part, start, end: places in the original text of a message."""


@dataclass(frozen=True, slots=True)
class Change:
    """A character and what stands in its place."""

    part: int
    at: int
    new: str


@dataclass(frozen=True, slots=True)
class Disguised:
    """The changes that a kind can make to a message, in the random order in which they are made."""

    message: Message
    changes: tuple[Change, ...]
    characters: int
    """Han characters, letters and digits in the places that were looked at."""

    def count(self, strength: int) -> int:
        """How many characters this strength changes; 0 where the kind can change none."""
        # The share of an exact number of characters may be a hair above it in floating point.
        return ceil(SHARES[strength] * len(self.changes) - 1e-9)

    def at(self, strength: int) -> Message:
        """The message with that many characters changed."""
        return changed(self.message, self.changes[: self.count(strength)])


def disguise(message: Message, kind: Disguise, seed: int, spans: Spans | None = None) -> Disguised:
    """What a kind can do to a message, anywhere or only inside `spans` (an informed evader)."""
    texts = tuple(replace_surrogates(part.text) for part in message.all_parts())
    if spans is None:
        spans = tuple((i, 0, len(text)) for i, text in enumerate(texts))
    random = Draws(_seed(seed, kind.name, texts))
    found: dict[tuple[int, int], Change] = {}
    seen: set[tuple[int, int]] = set()
    for part, start, end in sorted(set(spans)):
        text = texts[part]
        sounds = _readings(text) if kind.readings else ()
        for at in range(start, min(end, len(text))):
            if not is_word(text[at]):
                continue
            seen.add((part, at))
            if (part, at) in found or (kind.inserts and not (at + 1 < end and is_word(text[at + 1]))):
                continue
            sound = sounds[at] if sounds else None
            if options := kind.options(text[at], sound):
                found[part, at] = Change(part, at, options[random.below(len(options))])
    changes = [found[key] for key in sorted(found)]
    order = random.order(len(changes))
    return Disguised(message, tuple(changes[i] for i in order), len(seen))


def _seed(seed: int, kind: str, texts: Sequence[str]) -> int:
    """A number of 128 bits of the seed, the kind and the texts."""
    told = "\x00".join((str(seed), kind, *texts)).encode("utf-8")
    return int.from_bytes(sha256(b"modengine evade\n" + told).digest()[:16], "big")


@lru_cache(maxsize=4)
def _readings(text: str) -> tuple[str | None, ...]:
    """The toneless syllable of every Han character as it is read where it stands."""
    read: list[str | None] = [None] * len(text)
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and is_han(text[end]):
            end += 1
        if end > start:
            read[start:end] = syllables_of(text[start:end])
        start = end + 1
    return tuple(read)


def changed(message: Message, changes: Sequence[Change]) -> Message:
    """The message with these characters replaced; its fields and its id stay."""
    pieces = [list(replace_surrogates(part.text)) for part in message.all_parts()]
    for change in changes:
        pieces[change.part][change.at] = change.new
    text, *others = ("".join(piece) for piece in pieces)
    parts = tuple(Part(part.kind, new) for part, new in zip(message.parts, others, strict=True))
    return msgspec.structs.replace(message, text=text, parts=parts)
