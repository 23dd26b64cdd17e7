"""The expressions of each kind of entity, on the undisguised view: what matches one of them is the entity."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from modengine.entities import links, money, reach, speech
from modengine.entities.model import Entity, EntityKind

_EXPRESSIONS: dict[EntityKind, Callable[[Entity], tuple[str, ...]]] = {
    "amount": lambda _: money.amount(),
    "rate": lambda _: money.rate(),
    "percent": lambda _: money.percent(),
    "contact": lambda asked: reach.contact(asked.kinds),
    "link": lambda asked: links.link(asked.suffixes, asked.shortened),
    "phone": lambda asked: reach.phone(asked.kinds),
    "account_number": lambda asked: reach.account_number(asked.kinds),
    "code": lambda asked: reach.code(asked.kinds),
    "deadline": lambda _: speech.deadline(),
    "sender": lambda asked: speech.sender(asked.names),
    "person": lambda asked: speech.person(asked.who, asked.number),
    "negation": lambda _: speech.negation(),
    "quotation": lambda _: speech.quotation(),
    "question": lambda _: speech.question(),
    "imperative": lambda _: speech.imperative(),
}


@lru_cache(maxsize=256)
def expressions(asked: Entity) -> tuple[str, ...]:
    """The expressions, each in the dialect of `regex` and such that an automaton can say it."""
    return _EXPRESSIONS[asked.kind](asked)


def longest(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of spans that overlap the one that begins first, and of those the longest."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found
