"""The dates that lists give."""

from __future__ import annotations

import pytest

from modengine.lab.specimens.read.dates import iso_moment, month_first


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014-03-02", "2014-03-02"),
        ("2014/3/2", "2014-03-02"),
        ("2 March 2014", "2014-03-02"),
        ("March 2, 2014", "2014-03-02"),
        ("2014-03", "2014-03-01"),
        ("2014", "2014-01-01"),
        ("3/2/2014", "2014-02-03"),
        ("3.2.2014", "2014-02-03"),
        ("2014-03-02T10:30", "2014-03-02T10:30"),
        ("2014-03-02 10:30:15+08:00", "2014-03-02T10:30"),
        ("2014-02-30", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_a_date_is_read_or_is_none(text: str, moment: str) -> None:
    assert iso_moment(text) == moment


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["3/25/2014", "3/2/2014"], True),
        (["25/3/2014", "3/2/2014"], False),
        (["3/2/2014"], False),
        (["25/3/2014", "3/25/2014"], False),
        (["2014-03-02", ""], None),
    ],
)
def test_the_month_is_first_where_a_second_number_cannot_be_one(texts: list[str], first: bool | None) -> None:
    assert month_first(texts) is first


def test_the_month_may_be_first() -> None:
    assert iso_moment("3/2/2014", True) == "2014-03-02"
