"""What changed in a list: entries added and removed between its snapshots, and how long they last.

A snapshot is the whole list at its moment.  An entry that is there at one and not at the one before was added
in between, at a time that nobody knows: all times are intervals.  How long entries last is estimated for those
whose addition was seen, from then on; those of the first snapshot have no known age, and are in no curve of
ages.  On the calendar they are: there every entry is watched from its first snapshot on, those added later
entering late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

import msgspec
import numpy as np

from modengine.errors import InputError
from modengine.lab.data.stamp import Stamp
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.entries import ListEntry
from modengine.lab.specimens.stamped import SpecimenStamp, about, specimen_stamp
from modengine.lab.specimens.survival import INFINITE, TOLERANCE, Lasting, lasting
from modengine.lab.stats.intervals import LEAST, Estimate, Method, bounds, proportion
from modengine.lab.stats.metrics import ALL

Clock = Literal["since it was added", "since the first snapshot"]
NO_CATEGORY = "(none)"
DRAWS = 200
HORIZONS = (1.0, 7.0, 30.0, 90.0, 180.0, 365.0)
"""Days after which the share that is still there is given."""
MOST_CATEGORIES = 12
"""The largest categories have curves of their own."""
NAMED = 200
"""Changes that are named entry by entry; all are counted."""


class ListChange(msgspec.Struct, frozen=True):
    """What was added and removed between a snapshot and the one before."""

    since: str
    """The moment of the snapshot before; empty for dates that entries give themselves."""
    moment: str
    entries: int
    """On the list at this moment."""
    added: int
    removed: int
    added_by_category: dict[str, int]
    removed_by_category: dict[str, int]


class ChangedEntry(msgspec.Struct, frozen=True):
    """An entry that came or went."""

    entry: int
    text: str
    """Masked, unless terms may be shown."""
    category: str
    change: Literal["added", "removed"]
    since: str
    moment: str


class StillThere(msgspec.Struct, frozen=True):
    """The share of entries that are still on the list after some days."""

    clock: Clock
    category: str
    days: float
    share: Estimate
    """Its interval is drawn over the snapshots at which entries were first seen."""
    between: tuple[float, float]
    """Looks are apart: the estimate itself lies between these."""


class Curve(msgspec.Struct, frozen=True):
    """How long the entries of a category last."""

    clock: Clock
    category: str
    lasting: Lasting


class History(msgspec.Struct, frozen=True):
    """All that `specimen history` finds."""

    stamp: Stamp
    specimens: tuple[SpecimenStamp, ...]
    terms_shown: bool
    dated_by: Literal["snapshots", "entries"]
    first: str
    last: str
    snapshots: int
    """0 where only entries have dates."""
    undated: int
    """Entries without any date."""
    ever: int
    """Entries that ever were on the list."""
    from_the_first: int
    """Entries that were there at the first snapshot: nobody knows since when."""
    returned: int
    """Entries that were removed and came back: only their first stay counts in the curves."""
    longest_gap_days: float
    changes: tuple[ListChange, ...]
    """Moments at which anything changed."""
    named: tuple[ChangedEntry, ...]
    """The latest changes, at most `NAMED`."""
    curves: tuple[Curve, ...]
    still: tuple[StillThere, ...]


def specimen_history(specimen: Specimen, seed: int = 1, *, show_terms: bool = False, command: str = "") -> History:
    """The changes of a list by its snapshots, else by the dates that its entries give.

    Raises InputError (ME911) where there are neither, or one snapshot alone.
    """
    made_by = specimen_stamp("specimen-history", (specimen,), (), seed, command), (about(specimen),), show_terms
    if specimen.snapshots:
        return _by_snapshots(specimen, seed, show_terms, made_by)
    if not any(entry.first for entry in specimen.entries):
        raise InputError(
            "ME911", f"`{specimen.name}` has neither snapshots nor dates",
            "import a folder of dated snapshots, or a table with a column of dates",
        )  # fmt: skip
    return _by_dates(specimen, show_terms, made_by)


def _category(entry: ListEntry) -> str:
    return entry.category or NO_CATEGORY


def _by_dates(specimen: Specimen, show: bool, made_by: tuple[Stamp, tuple[SpecimenStamp, ...], bool]) -> History:
    dated = sorted((e.first, n, e) for n, e in enumerate(specimen.entries, 1) if e.first)
    gone = sorted((e.last, n, e) for n, e in enumerate(specimen.entries, 1) if e.last)
    moments = sorted({first for first, *_ in dated})
    changes, total = [], 0
    for moment in moments:
        new = Counter(_category(entry) for first, _, entry in dated if first == moment)
        total += new.total()
        changes.append(ListChange("", moment, total, new.total(), 0, dict(new), {}))
    named = [ChangedEntry(n, e.masked(show), e.category, "added", "", first) for first, n, e in reversed(dated)]
    last = max([moments[-1], *(moment for moment, *_ in gone)])
    return History(
        *made_by, "entries", moments[0], last, 0, len(specimen.entries) - len(dated), len(dated), 0, 0,
        _longest_gap(moments), tuple(changes), tuple(named[:NAMED]), (), (),
    )  # fmt: skip


def _by_snapshots(
    specimen: Specimen, seed: int, show: bool, made_by: tuple[Stamp, tuple[SpecimenStamp, ...], bool]
) -> History:
    moments = specimen.snapshots
    if len(moments) < 2:
        raise InputError("ME911", f"`{specimen.name}` has one snapshot, and nothing to compare it with", "import more")
    days = [days_of(moment) - days_of(moments[0]) for moment in moments]
    entries = [entry for entry in specimen.entries if entry.runs]
    changes = tuple(_changes(entries, moments))
    groups = {ALL: entries}
    categories = [name for name, _ in Counter(map(_category, entries)).most_common(MOST_CATEGORIES)]
    if len(categories) > 1:
        groups |= {name: [entry for entry in entries if _category(entry) == name] for name in categories}
    curves: list[Curve] = []
    still: list[StillThere] = []
    for name, mine in groups.items():
        for clock in ("since it was added", "since the first snapshot"):
            spells = _spells(mine, days, clock)
            if spells:
                curves.append(Curve(clock, name, _curve(spells)))
                still += _still(spells, clock, name, days[-1], seed)
    named = sorted(_named(specimen, moments, show), key=lambda change: (change.moment, -change.entry), reverse=True)
    return History(
        *made_by, "snapshots", moments[0], moments[-1], len(moments), len(specimen.entries) - len(entries),
        len(entries),
        sum(entry.runs[0][0] == 0 for entry in entries), sum(len(entry.runs) > 1 for entry in entries),
        _longest_gap(moments), changes, tuple(named[:NAMED]), tuple(curves), tuple(still),
    )  # fmt: skip


def days_of(moment: str) -> float:
    """A moment in days since 1970."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() / 86_400


def _longest_gap(moments: Sequence[str]) -> float:
    return max((days_of(b) - days_of(a) for a, b in pairwise(moments)), default=0.0)


def _changes(entries: Sequence[ListEntry], moments: Sequence[str]) -> Iterator[ListChange]:
    added: list[Counter[str]] = [Counter() for _ in moments]
    removed: list[Counter[str]] = [Counter() for _ in moments]
    for entry in entries:
        for first, last in entry.runs:
            added[first][_category(entry)] += 1
            if last + 1 < len(moments):
                removed[last + 1][_category(entry)] += 1
    total = 0
    for at, moment in enumerate(moments):
        plus, minus = added[at].total(), removed[at].total()
        total += plus - minus
        if at == 0:
            yield ListChange("", moment, total, 0, 0, {}, {})
        elif plus or minus:
            yield ListChange(moments[at - 1], moment, total, plus, minus, dict(added[at]), dict(removed[at]))


def _named(specimen: Specimen, moments: Sequence[str], show: bool) -> Iterator[ChangedEntry]:
    for number, entry in enumerate(specimen.entries, 1):
        text = entry.masked(show)
        for first, last in entry.runs:
            if first > 0:
                yield ChangedEntry(number, text, entry.category, "added", moments[first - 1], moments[first])
            if last + 1 < len(moments):
                yield ChangedEntry(number, text, entry.category, "removed", moments[last], moments[last + 1])


class _Spell(msgspec.Struct, frozen=True):
    """The first stay of an entry, in days."""

    left: float
    right: float
    entered: float
    batch: int
    """The snapshot at which it was first seen."""


def _spells(entries: Sequence[ListEntry], days: Sequence[float], clock: Clock) -> list[_Spell]:
    """When the first stay of each entry ended.

    Since it was added: added in `(days[i - 1], days[i]]` and gone in `(days[j], days[j + 1]]`, it lasted between
    `days[j] - days[i]` and `days[j + 1] - days[i - 1]`.  On the calendar it is watched from `days[i]` on.
    """
    found = []
    for entry in entries:
        i, j = entry.runs[0]
        seen_to_end = j + 1 < len(days)
        if clock == "since the first snapshot":
            right = days[j + 1] if seen_to_end else INFINITE
            if right > days[i]:
                found.append(_Spell(days[j], right, days[i], i))
        elif i > 0:
            right = days[j + 1] - days[i - 1] if seen_to_end else INFINITE
            found.append(_Spell(days[j] - days[i], right, 0.0, i))
    return found


def _curve(spells: Sequence[_Spell], tolerance: float = TOLERANCE) -> Lasting:
    return lasting([s.left for s in spells], [s.right for s in spells], [s.entered for s in spells], tolerance)


def _still(spells: Sequence[_Spell], clock: Clock, category: str, watched: float, seed: int) -> Iterator[StillThere]:
    """The share still there after each horizon within the time watched, by a bootstrap over batches."""
    horizons = [days for days in HORIZONS if days < watched]
    if not horizons:
        return
    full = _curve(spells)
    batches: dict[int, list[_Spell]] = {}
    for spell in spells:
        batches.setdefault(spell.batch, []).append(spell)
    groups = list(batches.values())
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(DRAWS if len(groups) > 1 else 0):
        again = _curve([spell for at in random.integers(0, len(groups), len(groups)) for spell in groups[at]], 1e-5)
        drawn.append([sum(again.at(days)) / 2 for days in horizons])
    for at, days in enumerate(horizons):
        low, high = full.at(days)
        share = (low + high) / 2
        followed = sum(any(spell.left >= days for spell in group) for group in groups)
        around, method = _interval(share, [row[at] for row in drawn], followed)
        n = len(spells)
        estimate = Estimate(share, *around, round(share * n), n, float(len(groups)), method, followed >= LEAST)
        yield StillThere(clock, category, days, estimate, (low, high))


def _interval(share: float, drawn: Sequence[float], followed: int) -> tuple[tuple[float, float], Method]:
    """Of the draws; where none or all ended they know no spread: the exact bound of the batches followed so far."""
    if not 1e-9 < share < 1 - 1e-9 or not drawn:
        whole = np.ones(followed, np.int64)
        exact = proportion(whole if share > 0.5 else 0 * whole, whole)
        return (0.0 if exact.low is None else exact.low, 1.0 if exact.high is None else exact.high), "clopper-pearson"
    return bounds(np.array(drawn)), "cluster bootstrap"
