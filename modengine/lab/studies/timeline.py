"""What did the campaign change?  The policy over dated messages: what it asks for, and what is taken.

Asked is the action with scope and period taken as met, taken the one with both respected; what is asked
and not taken is shadow.  Phases are those of the policy's period.  Always stamped "simulation": no
such policy was ever run over these messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.data.corpus import HARMLESS, Corpus, shown_value
from modengine.lab.data.linked import MISSING
from modengine.lab.data.outcomes import LEVELS, Progress, decisions
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.intervals import Estimate
from modengine.lab.stats.metrics import ALL, Flags, labelled, rate
from modengine.model import RANK, Action, Message
from modengine.policy.fields import CHINA, parse_time
from modengine.policy.model import Policy

Unit = Literal["day", "month", "year"]
PHASES = ("before", "during", "after")
UNDATED = "undated"
ALWAYS = "no period"
"""The phase of every dated message under a policy without a period."""
MIXED = "mixed"
BANDS: tuple[tuple[str, int], ...] = (
    ("0", 0), ("1–100", 100), ("101–500", 500), ("501–1,000", 1000), ("1,001–5,000", 5000),
)  # fmt: skip
"""Bands of reach with their upper ends; 500 reposts is the threshold of the 2013 judicial interpretation."""
BEYOND = "over 5,000"
UNKNOWN = "unknown"
MOST_DAYS, MOST_MONTHS = 120, 120
"""A longer span of time is counted by months, or by years, unless a unit is asked for."""


class Cell(msgspec.Struct, frozen=True):
    """Messages of one value of a dimension, within one phase or all of them, at one action."""

    dimension: Literal["phase", "channel", "reach", "category"]
    value: str
    phase: str
    """A phase, `undated`, or `(all)`."""
    action: Action
    asked: Estimate
    """Share on which the policy asks for this action or more."""
    taken: Estimate
    """Share on which it takes it, by scope and period."""
    asked_harmless: int
    """Harmless messages among those asked; 0 where the corpus has no labels."""
    taken_harmless: int


class Moment(msgspec.Struct, frozen=True):
    """The messages of a day, month or year, in China's time."""

    start: str
    """`2014-05-28`, `2014-05` or `2014`."""
    phase: str
    """The phase of its messages; `mixed` where the period begins or ends within it."""
    rows: int
    asked: dict[str, int]
    """Messages by action or more: label, review, block."""
    taken: dict[str, int]


class Reason(msgspec.Struct, frozen=True):
    """Why an action that was asked for was not taken, with the messages; one may have several reasons."""

    phase: str
    reason: str
    rows: int


class Timeline(msgspec.Struct, frozen=True):
    """All that `timeline` measures."""

    stamp: Stamp
    period_from: str | None
    period_until: str | None
    """The first moment after the period."""
    unit: Unit
    undated: int
    """Messages without a time, or with one that cannot be read."""
    refused: int
    """Messages with a field that the policy cannot read: decided without fields, and so out of any scope."""
    cells: tuple[Cell, ...]
    moments: tuple[Moment, ...]
    reasons: tuple[Reason, ...]


def timeline(
    engine: Engine,
    corpus: Corpus,
    seed: int = 1,
    *,
    time: str | None = None,
    channel: str = "channel",
    reach: str = "reposts",
    unit: Unit | None = None,
    command: str = "",
    progress: Progress | None = None,
) -> Timeline:
    """Decides dated messages with scope and period, and without.  Progress is told rows.

    `time`, `channel` and `reach` name columns; the time is that of the policy's period unless named.
    Raises InputError (ME911) where no column holds a time that can be read.
    """
    column = time or time_field(engine.policy)
    times = [_time(message, column) for message in corpus.messages]
    dated = [moment for moment in times if moment is not None]
    if not dated:
        raise InputError(
            "ME911", f"no row has a time in `{column}`", "name the column with --time; times are ISO 8601"
        )  # fmt: skip
    asked, taken, shadows, refused = _decided(engine, corpus, progress)
    phases = np.array([phase(engine.policy, moment) for moment in times], object)
    size = unit or _unit(min(dated), max(dated))
    period = engine.policy.period
    groups = _groups(corpus, phases, channel, reach)
    return Timeline(
        stamp("timeline", engine, (corpus,), seed, command, simulation=True),
        period.start.isoformat() if period and period.start else None,
        period.end.isoformat() if period and period.end else None,
        size,
        len(times) - len(dated),
        refused,
        tuple(_cells(engine, corpus, groups, asked, taken)),
        tuple(_moments(times, phases, asked.max(axis=1), taken.max(axis=1), size)),
        tuple(_reasons(phases, shadows)),
    )


def time_field(policy: Policy) -> str:
    """The field of the period, else the only one that is a datetime.  Raises InputError (ME911)."""
    if policy.period is not None:
        return policy.period.field
    names = [field.name for field in policy.fields.values() if field.kind == "datetime"]
    if len(names) == 1:
        return names[0]
    raise InputError(
        "ME911", "the policy has no period and does not say which field is the time",
        "name the column with --time, or declare `time: datetime` under `fields`",
    )  # fmt: skip


def phase(policy: Policy, time: datetime | None) -> str:
    """Before, during or after the policy's period."""
    if time is None:
        return UNDATED
    period = policy.period
    if period is None:
        return ALWAYS
    if period.start is not None and time < period.start:
        return "before"
    return "during" if period.end is None or time < period.end else "after"


def band(value: object) -> str:
    """The band of a number of reposts."""
    try:
        number = int(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1
    except (ValueError, OverflowError):
        return UNKNOWN
    if number < 0:
        return UNKNOWN
    return next((name for name, most in BANDS if number <= most), BEYOND)


def _time(message: Message, column: str) -> datetime | None:
    value = message.fields.get(column)
    try:
        time = value if isinstance(value, datetime) else parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo is not None else time.replace(tzinfo=CHINA)


def _unit(first: datetime, last: datetime) -> Unit:
    days = (last - first).days
    return "day" if days <= MOST_DAYS else "month" if days <= 31 * MOST_MONTHS else "year"


Ranks = NDArray[np.int8]


def _decided(
    engine: Engine, corpus: Corpus, progress: Progress | None
) -> tuple[Ranks, Ranks, list[tuple[str, ...]], int]:
    """(n, c) ranks asked and taken; for each row why what is asked is not taken; rows decided without fields."""
    categories = engine.policy.categories
    asked = np.zeros((len(corpus), len(categories)), np.int8)
    taken = np.zeros_like(asked)
    shadows: list[tuple[str, ...]] = []
    refused = 0
    for i, (decision, without_fields) in enumerate(decisions(engine, corpus.messages, ignore_scope=False)):
        refused += without_fields
        why: dict[str, None] = {}
        for c, category in enumerate(categories):
            score = decision.categories[category]
            asked[i, c] = RANK[score.action]
            taken[i, c] = RANK[score.action] if score.in_scope else 0
            if score.action != "allow":
                why.update(dict.fromkeys(score.shadow))
        shadows.append(tuple(why))
        if progress is not None:
            progress(i + 1)
    return asked, taken, shadows, refused


_Group = tuple[Literal["phase", "channel", "reach"], str, str, Flags]


def _groups(corpus: Corpus, phases: NDArray[np.object_], channel: str, reach: str) -> list[_Group]:
    """Dimension, value, phase and rows."""
    everything = np.ones(len(corpus), np.bool_)
    present = [name for name in (*PHASES, ALWAYS, UNDATED) if (phases == name).any()]
    found: list[_Group] = [("phase", ALL, ALL, everything)]
    found += [("phase", name, name, np.asarray(phases == name, np.bool_)) for name in present]
    fields = [message.fields for message in corpus.messages]
    values = [MISSING if row.get(channel) is None else shown_value(row.get(channel)) for row in fields]
    bands = [band(row.get(reach)) for row in fields]
    order = [*(name for name, _ in BANDS), BEYOND, UNKNOWN]
    dimensions: tuple[tuple[Literal["channel", "reach"], list[str], list[str]], ...] = (
        ("channel", values, sorted(set(values))),
        ("reach", bands, [name for name in order if name in bands]),
    )
    for dimension, of_rows, names in dimensions:
        column = np.array(of_rows, object)
        for name in names:
            rows = np.asarray(column == name, np.bool_)
            found.append((dimension, name, ALL, rows))
            found += [
                (dimension, name, phase_name, both)
                for phase_name in present
                if (both := np.asarray(rows & (phases == phase_name))).any()
            ]
    return found


def _cells(
    engine: Engine,
    corpus: Corpus,
    groups: list[_Group],
    asked: Ranks,
    taken: Ranks,
) -> Iterator[Cell]:
    harmless = labelled(corpus, HARMLESS) if corpus.labelled else np.zeros(len(corpus), np.bool_)
    tops = asked.max(axis=1, initial=0), taken.max(axis=1, initial=0)

    def cell(
        dimension: str, value: str, phase_name: str, rows: Flags, ranks: tuple[Ranks, Ranks], level: Action
    ) -> Cell:
        hits = [np.asarray(side >= RANK[level]) for side in ranks]
        shares = [rate(corpus.clusters, hit, rows) for hit in hits]
        wrong = [int((hit & rows & harmless).sum()) for hit in hits]
        return Cell(dimension, value, phase_name, level, shares[0], shares[1], wrong[0], wrong[1])  # type: ignore[arg-type]

    for dimension, value, phase_name, rows in groups:
        for level in LEVELS:
            yield cell(dimension, value, phase_name, rows, tops, level)
    for c, category in enumerate(engine.policy.categories):
        for dimension, _, phase_name, rows in groups:
            if dimension == "phase":
                yield cell("category", category, phase_name, rows, (asked[:, c], taken[:, c]), "label")


def _moments(
    times: list[datetime | None], phases: NDArray[np.object_], asked: Ranks, taken: Ranks, unit: Unit
) -> Iterator[Moment]:
    length = {"day": 10, "month": 7, "year": 4}[unit]
    rows: dict[str, list[int]] = {}
    for time, i in sorted((time, i) for i, time in enumerate(times) if time is not None):
        rows.setdefault(time.astimezone(CHINA).date().isoformat()[:length], []).append(i)
    for start, mine in sorted(rows.items()):
        among = {str(phases[i]) for i in mine}
        yield Moment(
            start, among.pop() if len(among) == 1 else MIXED, len(mine), _reached(asked[mine]), _reached(taken[mine])
        )


def _reached(ranks: Ranks) -> dict[str, int]:
    return {level: int((ranks >= RANK[level]).sum()) for level in LEVELS}


def _reasons(phases: NDArray[np.object_], shadows: list[tuple[str, ...]]) -> Iterator[Reason]:
    counts = Counter((str(name), reason) for name, of in zip(phases, shadows, strict=True) for reason in of)
    for (phase_name, reason), rows in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Reason(phase_name, reason, rows)
