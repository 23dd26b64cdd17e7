"""The smallest edit: what must go from a message for its decision to change, and what nearly hit.

Search: sets of matched places, breadth first, so that the first that changes the decision are those of
the fewest matches; then each is shrunk to the fewest code points among its own.  Every answer is
decided again, without scope and period: what is cut may bring other characters together.

After S. Wachter, B. Mittelstadt, C. Russell, Counterfactual explanations without opening the black
box, Harvard Journal of Law & Technology 31, 2018: the closest message that is decided otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Literal

import msgspec

from modengine.engine.engine import Engine
from modengine.engine.evaluate.points import action, ladder_of
from modengine.lab.data.stamp import Stamp, stamp
from modengine.model import RANK, Action, Decision, Message, Part, Trace

TRIES = 4000
"""Decisions that a search may take."""
SHRINK = 600
"""Decisions that shrinking one set of matches may take."""
PAIRS = 2
"""Where the action can fall, one that rises is sought among single matches and pairs alone."""
MOST = 5
"""Removals given for each direction."""

Direction = Literal["lower", "higher"]
Place = tuple[int, int]
"""The number of a part and a code point in it."""


class Cut(msgspec.Struct, frozen=True):
    """Characters `[start, end)` of a part that go."""

    part_index: int
    start: int
    end: int
    text: str


class Points(msgspec.Struct, frozen=True):
    """A rule or relief that hits before and after, for other points: those that count, after caps."""

    rule: str
    before: int
    after: int


class Removal(msgspec.Struct, frozen=True):
    """A removal after which the message is decided otherwise."""

    direction: Direction
    matches: int
    """Matched places that it touches."""
    characters: int
    """Code points that go."""
    cuts: tuple[Cut, ...]
    after: Action
    text: str
    """All that the message says then, part after part."""
    gone: tuple[str, ...]
    """Rules and reliefs that hit no longer."""
    new: tuple[str, ...]
    """Those that hit only then."""
    points: tuple[Points, ...]
    """Those that hit still, for other points."""
    least: bool
    """No removal of fewer code points of these matches changes the decision; else none was found."""


class Miss(msgspec.Struct, frozen=True):
    """A rule that one more thing would have made hit."""

    rule: str
    title: str
    category: str
    points: int
    missing: str
    would_be: Action
    """The action of its category with these points; caps and reliefs may leave less."""
    on_test: bool
    """It is on test: it would hit, and give no points."""


class Margin(msgspec.Struct, frozen=True):
    """How far a category is from its steps, in points."""

    category: str
    score: int
    action: Action
    to_fall: int | None
    """Points that must go for a lower action; null at `allow`, or where an override raised it."""
    to_rise: int | None
    """Points that are missing to the next step; null at the highest."""


class Smallest(msgspec.Struct, frozen=True):
    """All that `flip` says of a message."""

    stamp: Stamp
    text: str
    action: Action
    removals: tuple[Removal, ...]
    """Lower actions first, then by matches and code points."""
    places: int
    """Distinct matched places."""
    tries: int
    complete: bool
    """False where the search ended at its limit: a smaller removal may exist."""
    near_misses: tuple[Miss, ...]
    margins: tuple[Margin, ...]
    enough: tuple[Cut, ...]
    """The fewest matched places with which it still is decided so when all other matches go; empty where the
    action is `allow`, or the search ended before."""


@dataclass(slots=True)
class _Search:
    """One message and what was tried.  Local to `smallest`."""

    engine: Engine
    message: Message
    before: Decision
    limit: int
    tries: int = 0
    known: dict[frozenset[Place], Action] = field(default_factory=dict)

    def without(self, gone: frozenset[Place]) -> Decision:
        self.tries += 1
        decision = self.engine.decide(cut(self.message, gone), ignore_scope=True)
        self.known[gone] = decision.action
        return decision

    def direction(self, gone: frozenset[Place]) -> Direction | None:
        """Where the action goes without these characters."""
        after = self.known.get(gone) or self.without(gone).action
        change = RANK[after] - RANK[self.before.action]
        return None if change == 0 else "lower" if change < 0 else "higher"

    @property
    def spent(self) -> bool:
        return self.tries >= self.limit


def smallest(
    engine: Engine, message: Message | str, seed: int = 1, *, tries: int = TRIES, command: str = ""
) -> Smallest:
    """The smallest removals that lower, and that raise, the action on a message.  Nothing is random.

    Raises MessageError (ME903) where a field of the message has a value of another type.
    """
    trace = engine.trace(message)
    message, places = trace.message, _places(trace)
    search = _Search(engine, message, trace.decision, tries)
    found, complete = _sets(search, places)
    removals: list[Removal] = []
    for direction in ("lower", "higher"):
        mine = [pair for gone in found[direction][: 4 * MOST] for pair in _shrunk(search, gone, direction)]
        unique = dict(sorted(mine, key=lambda pair: (len(pair[0]), sorted(pair[0]))))
        removals += [_removal(search, gone, direction, least, places) for gone, least in list(unique.items())[:MOST]]
    return Smallest(
        stamp("flip", engine, (), seed, command),
        message.all_text(),
        trace.decision.action,
        tuple(removals),
        len(places),
        search.tries,
        complete,
        tuple(_misses(engine, trace)),
        tuple(_margins(engine, trace.decision)),
        _enough(search, places),
    )


def cut(message: Message, gone: Iterable[Place]) -> Message:
    """The message without some characters."""
    out = set(gone)
    kept = [
        "".join(char for at, char in enumerate(part.text) if (number, at) not in out)
        for number, part in enumerate(message.all_parts())
    ]
    parts = tuple(Part(part.kind, text) for part, text in zip(message.parts, kept[1:], strict=True))
    return msgspec.structs.replace(message, text=kept[0], parts=parts)


def _places(trace: Trace) -> list[frozenset[Place]]:
    """Each matched place once: those of rules that hit first, by their points."""
    worth = {hit.rule: hit.counted for hit in trace.decision.hits}
    rules = sorted(trace.rules, key=lambda rule: -worth.get(rule.rule, 0))
    spans = dict.fromkeys((m.part_index, m.start, m.end) for rule in rules for m in rule.matches)
    return [frozenset((part, at) for at in range(start, end)) for part, start, end in spans if end > start]


def _sets(search: _Search, places: list[frozenset[Place]]) -> tuple[dict[Direction, list[frozenset[Place]]], bool]:
    """The smallest sets of places for each direction, and whether the search came to its end."""
    found: dict[Direction, list[frozenset[Place]]] = {"lower": [], "higher": []}
    open_: set[Direction] = {"lower", "higher"}
    open_ -= {"lower"} if search.before.action == "allow" else {"higher"} if search.before.action == "block" else set()
    for size in range(1, len(places) + 1):
        for chosen in combinations(places, size):
            if search.spent:
                return _all_at_once(search, places, found), False
            gone = frozenset[Place]().union(*chosen)
            direction = search.direction(gone)
            if direction in open_ and gone not in found[direction]:
                found[direction].append(gone)
        open_ -= {direction for direction in open_ if found[direction]}
        if not open_ or (size >= PAIRS and open_ == {"higher"} and search.before.action != "allow"):
            break
    return found, True


def _enough(search: _Search, places: list[frozenset[Place]]) -> tuple[Cut, ...]:
    """The smallest set of places, sets in order of their size, without which nothing more is needed."""
    if search.before.action == "allow":
        return ()
    everything = frozenset[Place]().union(*places)
    for size in range(1, len(places) + 1):
        for chosen in combinations(places, size):
            stay = frozenset[Place]().union(*chosen)
            if search.spent:
                return ()
            if search.direction(everything - stay) is None:
                return tuple(_cuts(search.message, stay))
    return ()


def _all_at_once(
    search: _Search, places: list[frozenset[Place]], found: dict[Direction, list[frozenset[Place]]]
) -> dict[Direction, list[frozenset[Place]]]:
    """Where too many places stand together: all of them go, and come back one by one while they can."""
    gone = frozenset[Place]().union(*places)
    direction = search.direction(gone)
    if direction is None or found[direction]:
        return found
    for place in places:
        if search.direction(gone - place) == direction:
            gone -= place
    return {**found, direction: [gone]}


def _shrunk(search: _Search, gone: frozenset[Place], direction: Direction) -> Iterator[tuple[frozenset[Place], bool]]:
    """The fewest characters of a set that do, in every way, each with whether fewer were ruled out."""
    order = sorted(gone)
    left = SHRINK
    size = 0
    for size in range(1, len(order) + 1):
        if comb(len(order), size) > left:
            break
        left -= comb(len(order), size)
        ways = [c for chosen in combinations(order, size) if search.direction(c := frozenset(chosen)) == direction]
        if ways:
            yield from ((way, True) for way in ways)
            return
    for place in order:
        if search.direction(gone - {place}) == direction:
            gone -= {place}
    yield gone, len(gone) <= size


def _removal(
    search: _Search, gone: frozenset[Place], direction: Direction, least: bool, places: list[frozenset[Place]]
) -> Removal:
    after = search.without(gone)
    old, new = _counted(search.before), _counted(after)
    return Removal(
        direction,
        sum(1 for place in places if place & gone),
        len(gone),
        tuple(_cuts(search.message, gone)),
        after.action,
        cut(search.message, gone).all_text(),
        tuple(rule for rule in old if rule not in new),
        tuple(rule for rule in new if rule not in old),
        tuple(Points(rule, old[rule], new[rule]) for rule in old if rule in new and old[rule] != new[rule]),
        least,
    )


def _counted(decision: Decision) -> dict[str, int]:
    hits = {hit.rule: hit.counted for hit in decision.hits}
    return hits | {relief.rule: relief.points for relief in decision.relief}


def _cuts(message: Message, gone: frozenset[Place]) -> Iterator[Cut]:
    texts = [part.text for part in message.all_parts()]
    for part, start in sorted(gone):
        if (part, start - 1) in gone:
            continue
        end = start
        while (part, end) in gone:
            end += 1
        yield Cut(part, start, end, texts[part][start:end])


def _misses(engine: Engine, trace: Trace) -> Iterator[Miss]:
    for miss in trace.near_misses:
        score = trace.decision.categories[miss.category].score
        step = action(ladder_of(engine.policy, miss.category, trace.decision.longer), score + miss.points)
        yield Miss(miss.rule, miss.title, miss.category, miss.points, miss.missing, step, miss.on_test)


def _margins(engine: Engine, decision: Decision) -> Iterator[Margin]:
    for category, score in decision.categories.items():
        steps = ladder_of(engine.policy, category, decision.longer)
        reached = [
            points for step, points in steps.items() if score.score >= points and RANK[step] <= RANK[score.action]
        ]
        above = [points for points in steps.values() if points > score.score]
        by_points = score.action != "allow" and action(steps, score.score) == score.action
        to_fall = score.score - max(reached) + 1 if by_points and reached else None
        yield Margin(category, score.score, score.action, to_fall, min(above) - score.score if above else None)
