"""The types that pass between finding, confirming and judging."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from modengine.engine.match.expression import Query
from modengine.engine.match.part import PartText, Runs, Scan
from modengine.policy.model import Pattern


class Literal(NamedTuple):
    """A literal that a matcher asks the automaton for; `payload` comes back with every hit."""

    scan: Scan
    text: str
    payload: int


Candidate = tuple[Scan, int, int, int]
"""A hit of an automaton: the scan, `[start, end)` in that scan's text, the payload of the literal."""


class Found(NamedTuple):
    """A match in the plain view, `[start, end)`, and in the original, `[first, last)`."""

    start: int
    end: int
    first: int
    last: int
    sought: str
    """The term as the rule writes it; empty for regex and tokens, which seek no one text."""
    way: str
    """`exact`, `sounds_like` or `looks_like`."""
    weight: float


class Dropped(NamedTuple):
    """A match that a boundary or an `outside` dropped."""

    found: Found
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one matcher says of one part.  `failed` tells why it could not look to the end."""

    found: tuple[Found, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    failed: str | None = None


NOTHING = Finding()


def inside(part: PartText, pattern: Pattern, found: Found) -> str | None:
    """Why `outside` drops a match, or None."""
    for what in pattern.outside:
        if part.outside(what).hold(found.start, found.end):
            return f"inside {what}"
    return None


class Doubt(NamedTuple):
    """Why a hit may lead to nothing: it is but a part of what is sought."""

    nexts: frozenset[str] | None
    """Characters of the text that was passed over, of which one must stand behind the hit; None where any may."""
    signed: bool
    """Whether a sign belongs to it, which that text lacks."""


class Matcher(Protocol):
    """A compiled pattern."""

    @property
    def query(self) -> Query | None:
        """What every match needs besides one of the literals, where that is worth asking."""
        ...

    @property
    def wants_candidates(self) -> bool:
        """Whether `find` looks at its candidates; else they only tell that it is touched."""
        ...

    @property
    def is_quick(self) -> bool:
        """Whether `occurs` may be asked."""
        ...

    def occurs(self, plain: str, /) -> bool:
        """False only where `find` finds nothing in the part with that plain view."""
        ...

    def literals(self) -> Iterable[Literal] | None:
        """Literals one of which stands in every text that matches; None if there are none."""
        ...

    def doubts(self, scan: Scan, payload: int, last: str, /) -> Doubt | None:
        """What must be there besides a hit with this payload, whose last character is `last`; None if it is enough."""
        ...

    def leads(self, plain: str, runs: Runs, at: int, payload: int, /) -> bool:
        """False only where `find` finds nothing by a doubted hit at `at` that no other hit finds.

        `runs` tells the places in the plain text of what was passed over.
        """
        ...

    def find(self, part: PartText, candidates: list[Candidate], /) -> Finding:
        """All matches in the part.  A matcher with literals may trust `candidates` to be complete."""
        ...
