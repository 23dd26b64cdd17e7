"""The types that pass between finding candidates, verifying them and evaluating rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from modengine.engine.match.part import PartText, TextForm, UndisguisedText
from modengine.model import Failure, Suppression
from modengine.policy.model import Pattern


class Literal(NamedTuple):
    """A literal that a pattern asks an automaton for; `payload` comes back with every candidate."""

    form: TextForm
    text: str
    payload: int


Sounds = tuple[tuple[str, ...], ...]
"""How each term of a pattern may sound: in one way or two."""


@dataclass(frozen=True, slots=True)
class PatternInfo:
    """What is worked out of a pattern that compiles: dear to work out, cheap to keep."""

    literals: tuple[Literal, ...] | None
    """Literals one of which stands in every text that matches; None if there are none."""
    sounds: Sounds = ()
    """Of the terms, in their order; nothing at all where the pattern does not ask for sounds."""
    size: int = 0
    """What it takes of the budget of a policy: literals of its terms, or steps of its regex."""


Candidate = tuple[TextForm, int, int, int]
"""A literal that was found: the form of the text, `[start, end)` in it, the payload."""


class Found(NamedTuple):
    """A match in the plain view, `[start, end)`, and in the original, `[first, last)`."""

    start: int
    end: int
    first: int
    last: int
    term: str = ""
    """As the rule writes it; empty for regex and tokens, which look for no one text."""
    way: str = "exact"
    """`exact`, `sounds_like`, `looks_like` or `initials`."""
    weight: float = 1.0
    read: str | None = None
    """What was read there, where that is not what the plain view has."""


class Dropped(NamedTuple):
    """A match that does not count."""

    found: Found
    reason: Suppression


@dataclass(frozen=True, slots=True)
class Finding:
    """What one matcher says of one part.  `failed` tells why it could not look to the end."""

    found: tuple[Found, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    failed: Failure | None = None

    def in_plain(self, part: UndisguisedText) -> Finding:
        """What was found in an undisguised view, with its places in the plain view."""

        def moved(found: Found) -> Found:
            start, end = part.in_plain.span(found.start, found.end)
            return found._replace(start=start, end=end, read=part.plain[found.start : found.end])

        dropped = tuple(Dropped(moved(drop.found), drop.reason) for drop in self.dropped)
        return Finding(tuple(map(moved, self.found)), dropped, self.failed)


NOTHING = Finding()


def sifted(matches: Iterable[Found], objection: Callable[[Found], Suppression | None]) -> Finding:
    """Matches in the order of their places, those apart that do not count; of one original stretch the first counts."""
    counting: dict[tuple[int, int], Found] = {}
    dropped: list[Dropped] = []
    for found in matches:
        reason = objection(found)
        if reason is None:
            counting.setdefault((found.first, found.last), found)
        else:
            dropped.append(Dropped(found, reason))
    return Finding(tuple(counting.values()), tuple(dropped)) if counting or dropped else NOTHING


def sheltered(part: PartText, pattern: Pattern, found: Found) -> Suppression | None:
    """Why `outside` drops a match, or None."""
    for what in pattern.outside:
        if part.outside(what).hold(found.start, found.end):
            return Suppression[f"INSIDE_{what.upper()}"]
    return None


class Matcher(Protocol):
    """A compiled pattern: verifies candidates."""

    def find(self, part: PartText, candidates: list[Candidate], /) -> Finding:
        """All matches in the part.  `candidates` has every place where a literal of the pattern stands."""
        ...
