"""Clusters from several columns."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from modengine.lab.data.linked import MISSING, linked
from tests.lab.corpora import MakeCorpus

COLUMNS = st.integers(0, 12).flatmap(
    lambda rows: st.lists(
        st.lists(st.sampled_from(("a", "b", "c", "d", MISSING)), min_size=rows, max_size=rows), min_size=1, max_size=3
    )
)


def joined(columns: list[list[str]]) -> list[set[int]]:
    """The set of rows that each row is in, by joining sets until nothing changes."""
    rows = len(columns[0])
    sets = [{row} for row in range(rows)]
    for _ in range(rows):
        for column in columns:
            for row in range(rows):
                for other in range(rows):
                    if column[row] == column[other] != MISSING:
                        sets[row] = sets[row] | sets[other]
    return sets


@given(COLUMNS)
def test_rows_that_share_a_value_directly_or_through_others_are_one_cluster(columns: list[list[str]]) -> None:
    names = list(linked(columns))
    assert [{i for i, name in enumerate(names) if name == mine} for mine in names] == joined(columns)


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ([["a", "b", "a"]], ["a", "b", "a"]),
        ([["a", MISSING, MISSING]], ["a", f"{MISSING} 1", f"{MISSING} 2"]),
        ([["a", "b", "c"], ["x", "x", "y"]], ["a", "a", "c"]),
        ([["a", "b", MISSING], ["x", "y", "y"]], ["a", "b", "b"]),
        ([["a", MISSING], [MISSING, "a"]], ["a", "a (1)"]),
        ([[], []], []),
    ],
)
def test_a_cluster_has_the_name_of_its_first_value(columns: list[list[str]], names: list[str]) -> None:
    assert list(linked(columns)) == names


def test_a_row_is_in_one_stratum_of_every_column(corpus: MakeCorpus) -> None:
    of = corpus([{"text": "好", "a": "1", "b": "x"}, {"text": "坏", "a": "1", "b": "y"}], stratum=("a", "b"))
    assert [(name, rows.tolist()) for name, rows in of.parted()] == [
        ("a: 1", [True, True]), ("b: x", [True, False]), ("b: y", [False, True]),
    ]  # fmt: skip
    assert of.strata == ("1 · x", "1 · y")
    half = of.take(~of.parted().__next__()[1])
    assert (len(half), list(half.values)) == (0, ["a", "b"])


def test_one_column_is_as_it_was(corpus: MakeCorpus) -> None:
    of = corpus([{"text": "好", "a": "1"}, {"text": "坏", "a": None}], stratum="a", cluster="a")
    assert [name for name, _ in of.parted()] == ["(missing)", "1"]
    assert of.strata == ("1", "(missing)")
    assert of.clusters.tolist() == [0, 1]
