"""A policy as plain data and back: what `modengine.engine.compile.cache` keeps so that no file need be read again.

A value is a number, a text, bytes, None, or a list whose first item says what it is: a tuple, a mapping,
a moment, one of `KINDS` by its number with its fields, or again the how-manyth of the lists that were
shared.  Objects that were one before are one again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import repeat
from typing import Any, cast

import msgspec

from modengine.entities.model import Entity
from modengine.errors import Location
from modengine.model import Message, Part
from modengine.policy import condition, model
from modengine.policy.model import Policy

KINDS: tuple[type, ...] = (
    model.Policy, model.Ruleset, model.Rule, model.Pattern, model.Token, Entity, model.TermList, model.Relief,
    model.Examples, model.Example, model.Field, model.Period, model.Override, model.PolicyException, model.Longer,
    model.PointsWhere, model.SourceFile, Message, Part, Location, condition.Select, condition.Always, condition.Has,
    condition.Of, condition.Count, condition.Near, condition.Inside, condition.Together, condition.RuleRef,
    condition.Length, condition.Compare, condition.Not, condition.And, condition.Or,
)  # fmt: skip
"""Every type that a policy is made of."""

_TUPLE, _MAPPING, _MOMENT, _PLACES, _SHARED, _AGAIN, _FIRST = range(7)
_NUMBER = {kind: _FIRST + number for number, kind in enumerate(KINDS)}
_NAMES: dict[type, tuple[str, ...]] = {kind: kind.__match_args__ for kind in KINDS}  # type: ignore[attr-defined]

_PLAIN = frozenset({type(None), bool, int, float, str, bytes})

Packed = Any
"""What MessagePack holds."""


def packed(policy: Policy) -> bytes:
    """For `unpacked`."""
    return msgspec.msgpack.encode(_Packer(policy).value(policy))


def unpacked(data: bytes) -> Policy:
    """What was `packed` by the same code, equal to it."""
    return cast("Policy", _unpacker()(msgspec.msgpack.decode(data)))


class _Packer:
    def __init__(self, root: object) -> None:
        self._met = Counter[int]()
        self._count(root)
        self._numbers: dict[int, int] = {}

    def _count(self, value: object) -> None:
        self._met[id(value)] += 1
        if self._met[id(value)] == 1 and not _is_flat(value):
            for item in _items(value):
                if type(item) not in _PLAIN:
                    self._count(item)

    def value(self, value: object) -> Packed:
        if type(value) in _PLAIN:
            return value
        if self._met[id(value)] < 2 or value == ():
            return self._made(value)
        number = self._numbers.get(id(value))
        if number is not None:
            return [_AGAIN, number]
        made = [_SHARED, self._made(value)]
        self._numbers[id(value)] = len(self._numbers)
        return made

    def _made(self, value: object) -> Packed:
        if type(value) is datetime:
            return [_MOMENT, value.isoformat()]
        if type(value) is tuple:
            if not _is_flat(value):
                return [_TUPLE, *map(self.value, value)]
            if type(value[0]) is not Location:
                return [_TUPLE, *value]
            return [_PLACES, value[0].file, [place.line for place in value], [place.column for place in value]]
        kind = _MAPPING if type(value) is dict else _NUMBER[type(value)]
        return [kind, *map(self.value, _items(value))]


def _is_flat(value: object) -> bool:
    """Whether it holds nothing that could be shared: a tuple of texts, or of places in one file."""
    if type(value) is datetime:
        return True
    if type(value) is not tuple or not value:
        return False
    kinds = set(map(type, value))
    return kinds <= _PLAIN or (kinds == {Location} and len({place.file for place in value}) == 1)


def _items(value: object) -> Iterator[object]:
    if type(value) is dict:
        for item in value.items():
            yield from item
    elif type(value) is tuple:
        yield from value
    else:
        yield from (getattr(value, name) for name in _NAMES[type(value)])


def _unpacker() -> Callable[[Packed], object]:
    shared: list[object] = []

    def made(value: Packed) -> object:
        if type(value) is not list:
            return value
        kind = value[0]
        if kind == _AGAIN:
            return shared[value[1]]
        if kind == _SHARED:
            found = made(value[1])
            shared.append(found)
            return found
        if kind == _PLACES:
            return tuple(map(Location, repeat(value[1]), value[2], value[3]))
        if kind == _MOMENT:
            return datetime.fromisoformat(value[1])
        items = [made(item) if type(item) is list else item for item in value[1:]]
        if kind == _TUPLE:
            return tuple(items)
        if kind == _MAPPING:
            return dict(zip(items[::2], items[1::2], strict=True))
        return KINDS[kind - _FIRST](*items)

    return made
