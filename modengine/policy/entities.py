"""Nodes to what an `entity` pattern asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from modengine.entities.model import OPTIONS, SUBKINDS, Entity, EntityKind
from modengine.entities.tables import words
from modengine.policy.model import TermList
from modengine.policy.nodes.diagnostics import Diagnostics, listed, shown
from modengine.policy.nodes.yaml import Mapping, Node, Scalar, Sequence
from modengine.policy.schema import ENTITY_OPTIONS
from modengine.text.normalize import plain

MOST_NAMES = 500
_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0}


def read_entity(node: Mapping, list_of: Callable[[Scalar], TermList | None], report: Diagnostics) -> Entity | None:
    """What a pattern asks for; None where it asks for what cannot be.  `list_of` finds a list by its name."""
    kind = cast(EntityKind, cast(Scalar, node.get("entity")).value)
    before = report.count
    for option in ENTITY_OPTIONS:
        if node.get(option) is not None and option not in OPTIONS[kind]:
            takes = f"it takes {listed(OPTIONS[kind])}" if OPTIONS[kind] else "it takes no options of its own"
            place = next(key.place for key, _ in node.entries if key.value == option)
            report.add("ME408", f"the entity `{kind}` has no `{option}`", place, takes)
    if report.count > before:
        return None
    asked = Entity(
        kind,
        kinds=_kinds(node, kind, report),
        at_least=_number(node, "at_least"),
        at_most=_number(node, "at_most"),
        currencies=_texts(node, "currency"),
        per=_texts(node, "per"),
        within=_within(node, report),
        suffixes=_suffixes(node, report),
        shortened=_is(node, "shortened") is True,
        own=_is(node, "own"),
        disguised=_is(node, "disguised") is True,
        names=_names(node, list_of, report),
        who=_texts(node, "who"),
        number=_texts(node, "number"),
    )
    _compare(asked, node, report)
    return asked if report.count == before else None


def _scalars(node: Mapping, key: str) -> tuple[Scalar, ...]:
    value = node.get(key)
    items: tuple[Node, ...] = value.items if isinstance(value, Sequence) else () if value is None else (value,)
    return tuple(item for item in items if isinstance(item, Scalar))


def _texts(node: Mapping, key: str) -> tuple[str, ...]:
    return tuple(sorted({item.value for item in _scalars(node, key)}))


def _number(node: Mapping, key: str) -> float | None:
    value = node.get(key)
    return float(value.value) if isinstance(value, Scalar) else None


def _is(node: Mapping, key: str) -> bool | None:
    value = node.get(key)
    return value.value == "true" if isinstance(value, Scalar) else None


def _kinds(node: Mapping, kind: EntityKind, report: Diagnostics) -> tuple[str, ...]:
    for item in _scalars(node, "kind"):
        if item.value not in SUBKINDS[kind]:
            report.add(
                "ME408",
                f"no {kind.replace('_', ' ')} is of the kind `{shown(item.value)}`",
                item.place,
                f"its kinds are {listed(SUBKINDS[kind])}",
            )
    return _texts(node, "kind")


def _within(node: Mapping, report: Diagnostics) -> float | None:
    value = node.get("within")
    if not isinstance(value, Scalar):
        return None
    found = re.fullmatch(r"(\d{1,5})\s?([mhd])", value.value)
    if found is None:
        report.add("ME408", f"`{shown(value.value)}` is no length of time", value.place, "write 30m, 48h or 3d")
        return None
    return int(found[1]) * _HOURS[found[2]]


def _suffixes(node: Mapping, report: Diagnostics) -> tuple[str, ...]:
    known = frozenset(words("suffixes.txt"))
    for item in _scalars(node, "suffix"):
        if item.value.lower() not in known:
            hint = "write it without its dot, as in `top` or `com.cn`"
            report.add("ME408", f"no host ends in `{shown(item.value)}`", item.place, hint)
    return tuple(suffix.lower() for suffix in _texts(node, "suffix"))


def _names(node: Mapping, list_of: Callable[[Scalar], TermList | None], report: Diagnostics) -> tuple[str, ...]:
    value = node.get("in")
    named = list_of(value) if isinstance(value, Scalar) else None
    if named is None or not isinstance(value, Scalar):
        return ()
    if len(named.terms) > MOST_NAMES:
        report.add(
            "ME408",
            f"the list `{shown(value.value)}` has {len(named.terms):,} names of senders",
            value.place,
            f"at most {MOST_NAMES:,} fit: keep the words that the names hold, such as 银行",
        )
    return tuple(sorted({name for term in named.terms[:MOST_NAMES] if (name := plain(term).strip())}))


def _compare(asked: Entity, node: Mapping, report: Diagnostics) -> None:
    """What no value can be, and what compares values that are not alike."""
    least, most = asked.at_least, asked.at_most
    if least is not None and most is not None and least > most:
        place = cast(Scalar, node.get("at_most")).place
        report.add("ME408", f"no value is at least {least:g} and at most {most:g}", place, "exchange the two")
    if asked.kind == "percent" and least is not None and least > 100_000:
        place = cast(Scalar, node.get("at_least")).place
        report.add("ME408", f"no message speaks of {least:g} per cent", place, "write 30 for 30 %")
    if (least is not None or most is not None) and len(asked.currencies) > 1:
        report.add(
            "ME408",
            f"values in {listed(asked.currencies)} are not compared with one number",
            cast(Node, node.get("currency")).place,
            "write a pattern for each currency",
        )
    if asked.shortened and (asked.suffixes or asked.own is not None):
        place = cast(Scalar, node.get("shortened")).place
        report.add("ME408", "a shortened link does not show where it leads", place, "leave `suffix` and `own` out")
