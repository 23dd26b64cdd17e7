"""What is worked out of a pattern before the first message: dear to work out, cheap to keep.

The facts of a pattern follow from what it seeks alone, so they are worked out once in a process, however
often a policy is compiled, and `modengine.engine.compile.cache` takes them from one process to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from modengine.engine.compile.gate import cost
from modengine.engine.compile.revision import pattern_key
from modengine.engine.match.expression import Query, literal_runs
from modengine.engine.match.found import Literal
from modengine.engine.match.matchers import MATCHERS
from modengine.policy.model import Pattern

MOST = 20_000
"""The facts of so many patterns are remembered."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a pattern that compiles."""

    literals: tuple[Literal, ...] | None
    """Literals one of which stands in every text that matches; None if there are none."""
    cost: float
    """About how often one of them stands in a text."""
    query: Query | None
    """What every match needs besides, where that is worth asking."""
    spelled: tuple[str, ...]
    """What a regex spells, for the identity guard."""


_known: dict[bytes, Facts] = {}


def key_of(pattern: Pattern) -> bytes:
    """The same for patterns that find the same."""
    return hashlib.blake2b(msgspec.json.encode(pattern_key(pattern)), digest_size=16).digest()


def known(pattern: Pattern) -> Facts | None:
    """The facts of a pattern if they were worked out before; then it compiles."""
    return _known.get(key_of(pattern))


def facts_of(pattern: Pattern) -> Facts:
    """The facts of a pattern that compiles."""
    key = key_of(pattern)
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[key] = _worked_out(pattern)
    return found


def spelled(pattern: Pattern) -> tuple[str, ...]:
    """Every run of literal characters in a regex.  Raises what its parser raises if it does not compile."""
    found = known(pattern)
    return literal_runs(pattern.regex or "") if found is None else found.spelled


def packed(keys: Iterable[bytes]) -> bytes:
    """The facts that are known under some keys, for `learn` in another process of the same code."""
    return msgspec.msgpack.encode({key: _known[key] for key in keys if key in _known})


def learn(data: bytes) -> frozenset[bytes]:
    """Takes over what was `packed`, and gives its keys."""
    facts = msgspec.msgpack.decode(data, type=dict[bytes, Facts])
    _known.update(facts)
    return frozenset(facts)


def _worked_out(pattern: Pattern) -> Facts:
    matcher = MATCHERS[pattern.kind](pattern, "not-straddling")
    asked = matcher.literals()
    literals = None if asked is None else tuple(asked)
    runs = () if pattern.regex is None else literal_runs(pattern.regex)
    return Facts(literals, cost(literals), matcher.query, runs)
