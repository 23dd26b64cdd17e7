"""What changed in a list, and how long entries last."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from modengine.errors import InputError
from modengine.lab.specimens.card import Specimen
from modengine.lab.specimens.history import specimen_history
from tests.lab.specimens.lists import entry, specimen

MOMENTS = ("2015-02-06", "2015-02-07", "2015-02-09", "2015-02-12")


def kept(*runs: tuple[tuple[int, int], ...], moments: tuple[str, ...] = MOMENTS, categories: str = "") -> Specimen:
    entries = [
        msgspec.structs.replace(entry(f"果{n}"), runs=its, category=categories[n : n + 1]) for n, its in enumerate(runs)
    ]
    return replace(specimen(*entries), snapshots=moments)


def test_changes_are_counted_at_each_snapshot() -> None:
    result = specimen_history(kept(((0, 2),), ((0, 0), (2, 2)), ((1, 3),), categories="aab"))
    assert [(c.since, c.moment, c.entries, c.added, c.removed) for c in result.changes] == [
        ("", "2015-02-06", 2, 0, 0),
        ("2015-02-06", "2015-02-07", 2, 1, 1),
        ("2015-02-07", "2015-02-09", 3, 1, 0),
        ("2015-02-09", "2015-02-12", 1, 0, 2),
    ]
    assert (result.changes[1].added_by_category, result.changes[3].removed_by_category) == ({"b": 1}, {"a": 2})
    assert (result.ever, result.from_the_first, result.returned, result.longest_gap_days) == (3, 2, 1, 3.0)
    assert [(c.entry, c.change, c.moment) for c in result.named][:2] == [
        (1, "removed", "2015-02-12"),
        (2, "removed", "2015-02-12"),
    ]


def test_ages_are_of_entries_whose_addition_was_seen_and_the_calendar_is_of_all() -> None:
    """Added in (0, 1] and gone in (3, 6]: it lasted between 2 and 6 days."""
    result = specimen_history(kept(((0, 3),), ((1, 2),), ((1, 2),)))
    ages, calendar = (curve.lasting for curve in result.curves if curve.category == "(all)")
    assert (ages.n, ages.ended, [(s.after, s.until) for s in ages.steps]) == (2, 2, [(2, 6)])
    assert (calendar.n, calendar.ended, calendar.late) == (3, 2, 2)
    assert [(s.after, s.until, round(s.share, 6)) for s in calendar.steps] == [
        (3, 6, pytest.approx(1 / 3, abs=1e-4)),
        (6, None, 0),
    ]


def test_shares_that_are_still_there_have_an_interval_and_an_n() -> None:
    days = tuple(f"2015-{1 + d // 28:02}-{1 + d % 28:02}" for d in range(35))
    runs = tuple(((1 + n % 20, 1 + n % 20 + 3 + 5 * (n % 3)),) for n in range(50))
    result = specimen_history(kept(*runs, moments=days), seed=3)
    week = next(s for s in result.still if s.days == 7 and s.clock == "since it was added")
    assert week.share.n == 50
    assert week.between[0] <= week.share.value <= week.between[1]
    assert week.share.low < week.share.value < week.share.high
    assert week.share.value == pytest.approx(2 / 3, abs=0.05)
    assert specimen_history(kept(*runs, moments=days), seed=3) == result


def test_dates_of_entries_give_what_was_found_when() -> None:
    made = specimen(
        entry("苹果", first="2014-03-02"), entry("梨", first="2014-03-05"), entry("桃", first="2014-03-02"), "杏"
    )
    result = specimen_history(made)
    assert [(c.moment, c.added, c.entries) for c in result.changes] == [("2014-03-02", 2, 2), ("2014-03-05", 1, 3)]
    assert (result.dated_by, result.undated, result.curves) == ("entries", 1, ())


def test_entries_are_masked_unless_they_may_be_shown() -> None:
    made = kept(((0, 0),), ((1, 3),))
    assert {c.text for c in specimen_history(made).named} == {"＊＊"}
    assert {c.text for c in specimen_history(made, show_terms=True).named} == {"果0", "果1"}


@pytest.mark.parametrize(
    ("made", "message"),
    [(specimen("苹果"), "neither snapshots nor dates"), (kept(((0, 0),), moments=MOMENTS[:1]), "one snapshot")],
)
def test_without_a_history_there_is_none(made: Specimen, message: str) -> None:
    with pytest.raises(InputError, match=message):
        specimen_history(made)
