"""A policy over dated messages: scope and period, by time, channel and reach."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import jsonschema
import pytest

from modengine.engine.engine import Engine
from modengine.errors import InputError
from modengine.lab.report.charts import Lines
from modengine.lab.report.render import as_html, as_json, as_text
from modengine.lab.report.schemas import schema
from modengine.lab.report.views.timeline import charts, view
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.timeline import Cell, Timeline, band, timeline
from modengine.policy.fields import CHINA
from modengine.policy.model import Period
from tests.build import engine, rule, text
from tests.lab.corpora import MakeCorpus, blocks_everything

PERIOD = Period(datetime(2014, 5, 28, tzinfo=CHINA), datetime(2014, 6, 29, tzinfo=CHINA))


def campaign(**rest: Any) -> Engine:
    rest.setdefault("period", PERIOD)
    rest.setdefault("scope", {"default": 'message.channel == "public_account"'})
    return engine(rule("fraud.word", "w", text("w", "骗")), **rest)


def row(
    body: str, time: object, channel: str | None = "public_account", reposts: object = 0, label: str = "none"
) -> Any:
    return {"text": body, "time": time, "channel": channel, "reposts": reposts, "label": label}


ROWS = [
    row("骗一", "2014-05-27T23:59:59+08:00", label="fraud"),
    row("骗二", "2014-05-28T00:00:00+08:00", label="fraud"),
    row("骗三", "2014-06-28T15:59:59+00:00", "group", 501, label="fraud"),  # the last second, in London
    row("骗四", "2014-06-28T16:00:00+00:00", label="fraud"),
    row("骗五", "2014-06-01T08:00:00", reposts=500),  # no zone: China's
    row("好六", "2014-06-01T09:00:00"),
    row("骗七", None, reposts=None),
    row("骗八", "some day"),
]


@pytest.fixture
def found(corpus: MakeCorpus) -> Timeline:
    return timeline(campaign(), corpus([r for r in ROWS if r["time"] != "some day"], ("fraud",), label="label"))


def cell(result: Timeline, dimension: str, value: str, phase: str | None = None, action: str = "label") -> Cell:
    (matching,) = [
        c
        for c in result.cells
        if (c.dimension, c.value, c.phase, c.action) == (dimension, value, phase or value, action)
    ]
    return matching


@pytest.mark.parametrize(
    ("phase", "n", "asked", "taken"),
    [(ALL, 7, 6, 2), ("before", 1, 1, 0), ("during", 4, 3, 2), ("after", 1, 1, 0), ("undated", 1, 1, 0)],
)
def test_asked_and_taken_by_phase(found: Timeline, phase: str, n: int, asked: int, taken: int) -> None:
    phase_cell = cell(found, "phase", phase)
    assert (phase_cell.asked.n, phase_cell.asked.k, phase_cell.taken.k) == (n, asked, taken)


def test_harmless_messages_are_counted(found: Timeline) -> None:
    phase_cell = cell(found, "phase", "during")
    assert (phase_cell.asked_harmless, phase_cell.taken_harmless) == (1, 1)


def test_by_channel_and_reach(found: Timeline) -> None:
    assert (cell(found, "channel", "group", ALL).asked.k, cell(found, "channel", "group", ALL).taken.k) == (1, 0)
    assert cell(found, "reach", "101–500", "during").taken.k == 1
    assert cell(found, "reach", "501–1,000", "during").asked.k == 1
    assert cell(found, "reach", "unknown", "undated").asked.n == 1


def test_by_day_in_chinas_time(found: Timeline) -> None:
    assert found.unit == "day"
    assert [(m.start, m.phase, m.rows, m.asked["label"], m.taken["label"]) for m in found.moments] == [
        ("2014-05-27", "before", 1, 1, 0),
        ("2014-05-28", "during", 1, 1, 1),
        ("2014-06-01", "during", 2, 1, 1),
        ("2014-06-28", "during", 1, 1, 0),
        ("2014-06-29", "after", 1, 1, 0),
    ]


def test_why_nothing_is_done_is_counted(found: Timeline) -> None:
    reasons = {(reason.phase, reason.reason): reason.rows for reason in found.reasons}
    assert reasons == {
        ("before", "period"): 1, ("after", "period"): 1, ("during", "scope"): 1, ("undated", "period: unknown"): 1,
    }  # fmt: skip


def test_it_is_always_a_simulation(found: Timeline) -> None:
    assert found.stamp.simulation
    assert "Simulation" in as_text(view(found), 100)


def test_a_time_that_cannot_be_read_is_undated_and_costs_the_fields(corpus: MakeCorpus) -> None:
    result = timeline(campaign(), corpus(ROWS, ("fraud",), label="label"))
    assert (result.undated, result.refused) == (2, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"), (1, "1–100"), ("100", "1–100"), (101, "101–500"), (500, "101–500"), (501, "501–1,000"),
        (5000, "1,001–5,000"), (5001, "over 5,000"), (None, "unknown"), ("many", "unknown"), (-3, "unknown"),
        (True, "unknown"), (float("nan"), "unknown"), (float("inf"), "unknown"),
    ],
)  # fmt: skip
def test_bands_part_at_500(value: object, expected: str) -> None:
    assert band(value) == expected


@pytest.mark.parametrize(("last", "unit"), [("2014-08-01", "day"), ("2016-01-01", "month"), ("2034-01-01", "year")])
def test_a_long_span_is_counted_by_months_or_years(last: str, unit: str, corpus: MakeCorpus) -> None:
    made = corpus([row("骗", "2014-06-01T00:00:00+08:00"), row("好", f"{last}T00:00:00+08:00")], ("fraud",))
    result = timeline(campaign(), made)
    assert (result.unit, len(result.moments)) == (unit, 2)
    assert timeline(campaign(), made, unit="year").unit == "year"


def test_a_period_within_one_unit_is_marked_once(corpus: MakeCorpus) -> None:
    dates = ("2013-06-01", "2014-05-01", "2014-06-01", "2014-12-01", "2015-06-01")
    result = timeline(campaign(), corpus([row("骗", date) for date in dates], ("fraud",)), unit="year")
    assert [(m.start, m.phase) for m in result.moments] == [("2013", "before"), ("2014", "mixed"), ("2015", "after")]
    lines = next(chart for chart in charts(result) if isinstance(chart, Lines))
    assert lines.marks == ((0.5, "period"),)


def test_a_policy_without_a_period_has_no_phases(corpus: MakeCorpus) -> None:
    made = corpus([row("骗", "2014-06-01T00:00:00+08:00")], ("fraud",))
    result = timeline(campaign(period=None), made)
    assert {c.value for c in result.cells if c.dimension == "phase"} == {ALL, "no period"}
    assert (result.period_from, cell(result, "phase", "no period").taken.k) == (None, 1)


def test_a_column_can_be_named(corpus: MakeCorpus) -> None:
    made = corpus([{"text": "骗", "sent": "2014-06-01", "where": "forum", "shares": 9}], ("fraud",))
    result = timeline(campaign(), made, time="sent", channel="where", reach="shares")
    assert cell(result, "channel", "forum", ALL).asked.k == 1
    assert cell(result, "reach", "1–100", ALL).asked.k == 1
    assert cell(result, "phase", "during").asked.k == 1


def test_bad_input(corpus: MakeCorpus) -> None:
    made = corpus([{"text": "骗"}], ("fraud",))
    with pytest.raises(InputError, match="no row has a time in `time`"):
        timeline(campaign(), made)
    with pytest.raises(InputError, match="does not say which field is the time"):
        timeline(campaign(period=None, fields={}, scope={}), made)


def test_canary_what_acts_on_everything_is_asked_always_and_taken_in_the_period_alone(corpus: MakeCorpus) -> None:
    everything = engine(*blocks_everything().policy.rules, period=PERIOD)
    result = timeline(everything, corpus(ROWS[:6], ("fraud",), label="label"))
    assert cell(result, "phase", ALL, action="block").asked.value == 1.0
    assert cell(result, "phase", "during", action="block").taken.value == 1.0
    assert cell(result, "phase", "before", action="block").taken.value == 0.0


def test_the_period_is_marked_in_the_chart(found: Timeline) -> None:
    lines = next(chart for chart in charts(found) if isinstance(chart, Lines))
    assert [(mark, name) for mark, name in lines.marks] == [(0.5, "from"), (3.5, "until")]
    assert "<svg" in as_html(view(found))


def test_the_result_is_as_its_schema_says_and_the_same_each_time(corpus: MakeCorpus) -> None:
    made = corpus(ROWS, ("fraud",), label="label")
    told: list[int] = []
    first, second = (as_json(view(timeline(campaign(), made, progress=told.append))) for _ in range(2))
    assert first == second
    assert told == [*range(1, 9), *range(1, 9)]
    jsonschema.validate(json.loads(first), schema("timeline"), jsonschema.Draft202012Validator)
