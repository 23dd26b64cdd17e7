"""Whether an entity is what a pattern asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from modengine.entities import tables, values
from modengine.entities.links import domain_of, host_of, is_of
from modengine.entities.model import Entity, EntityKind
from modengine.entities.values import YUAN, EntityValue

READINGS: dict[EntityKind, Callable[[str], EntityValue]] = {
    "amount": values.amount,
    "rate": values.rate,
    "percent": values.percent,
    "deadline": values.deadline,
}
"""What reads the value of each kind that has a number."""


def is_asked_for(asked: Entity, text: str, undone: bool, domains: Callable[[], frozenset[str]]) -> bool:
    """Whether an entity, its text in the undisguised view, has what a pattern asks of it.

    `undone` says whether a character of it stood for another, `domains` gives those of the senders that the
    part claims.  What cannot be compared is not asked for.
    """
    if asked.kind in READINGS:
        return _is_in_range(asked, text)
    if asked.disguised and not (undone or is_disguised(text)):
        return False
    if asked.own is not None:
        theirs, host = domains(), host_of(text)
        return bool(theirs and host) and any(is_of(host, domain) for domain in theirs) == asked.own
    return True


def _is_in_range(asked: Entity, text: str) -> bool:
    compares = asked.at_least is not None or asked.at_most is not None or asked.within is not None
    if not (compares or asked.currencies or asked.per):
        return True
    read = READINGS[asked.kind](text)
    currencies = asked.currencies or ((YUAN,) if compares and asked.kind in ("amount", "rate") else ())
    if (currencies and read.currency not in currencies) or (asked.per and read.per not in asked.per):
        return False
    if not compares:
        return True
    if read.low is None or read.high is None:
        return False
    return (
        (asked.at_least is None or read.high >= asked.at_least)
        and (asked.at_most is None or read.low <= asked.at_most)
        and (asked.within is None or read.low <= asked.within)
    )


@cache
def _channels() -> tables.WordTable[tuple[str, bool]]:
    return tables.WordTable.of((row[0], (row[1], row[2] == "1")) for row in tables.rows("contacts.tsv"))


def channel(text: str) -> tuple[str, bool] | None:
    """The kind of the first channel that a contact names, and whether by no usual name of it."""
    return _channels().first(text)


def is_disguised(text: str) -> bool:
    found = channel(text)
    return found is not None and found[1]


def claimed(senders: Sequence[str]) -> frozenset[str]:
    """The domains of the organisations that the texts of senders name."""
    return frozenset(
        domain
        for name, domains in tables.rows("senders.tsv")
        if any(name in sender for sender in senders)
        for domain in domains.split(" ")
    )


def described(kind: EntityKind, text: str) -> str:
    """How an entity was read, in words: `1,200 yuan an hour`."""
    if kind in READINGS:
        return _number(kind, READINGS[kind](text))
    if kind == "contact":
        found = channel(text)
        return text if found is None else f"{found[0]}{', disguised' if found[1] else ''}"
    if kind == "link" and (host := host_of(text)):
        return f"{host}, of {domain}" if (domain := domain_of(host)) != host else host
    return text


_NAMES = {"CNY": "yuan"}


def _number(kind: EntityKind, read: EntityValue) -> str:
    if read.low is None or read.high is None:
        return "a sum that is masked"
    span = _plain(read.low) if read.low == read.high else f"{_plain(read.low)} to {_plain(read.high)}"
    if kind == "percent":
        return f"{span} per cent"
    if kind == "deadline":
        return "at once" if read.high == 0 else f"within {span} hours"
    said = f"{span} {_NAMES.get(read.currency, read.currency)}"
    return f"{said} {'an' if read.per == 'hour' else 'a'} {read.per}" if read.per else said


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
