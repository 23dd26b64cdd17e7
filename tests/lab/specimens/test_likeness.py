"""What lists share, against sets."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from modengine.lab.specimens.likeness import compare_specimens
from tests.lab.specimens.lists import entry, specimen

WORDS = st.sets(st.sampled_from("苹梨桃杏李柿枣橙"), min_size=1)


@given(st.lists(WORDS, min_size=2, max_size=6))
def test_pairs_are_those_of_sets(sets: list[set[str]]) -> None:
    result = compare_specimens([specimen(*sorted(words), name=f"l{n}") for n, words in enumerate(sets)])
    found = {(p.a, p.b): p for p in result.sharing}
    assert result.pairs == len(sets) * (len(sets) - 1) // 2
    for (i, a), (j, b) in combinations(enumerate(sets), 2):
        pair = found.pop((f"l{i}", f"l{j}"), None)
        if pair is None:
            assert not a & b
            continue
        assert (pair.shared, pair.entries_a, pair.entries_b) == (len(a & b), len(a), len(b))
        assert pair.jaccard == pytest.approx(len(a & b) / len(a | b))
        assert (pair.a_in_b, pair.b_in_a) == pytest.approx((len(a & b) / len(a), len(a & b) / len(b)))
    assert not found
    assert sorted(result.order) == sorted(f"l{n}" for n in range(len(sets)))
    assert sorted(name for cluster in result.clusters for name in cluster.lists) == sorted(result.order)


def test_lists_that_are_alike_stand_in_one_cluster() -> None:
    lists = [specimen("苹", "梨", "桃", name="a"), specimen("雪", "雨", name="x"), specimen("苹", "梨", "杏", name="b")]
    result = compare_specimens(lists, cut=0.5)
    assert [(set(c.lists), c.mean_jaccard, c.common) for c in result.clusters if len(c.lists) > 1] == [
        ({"a", "b"}, 0.5, 2)
    ]
    at = {name: n for n, name in enumerate(result.order)}
    assert abs(at["a"] - at["b"]) == 1
    assert result.matrix[at["a"]][at["b"]] == 0.5
    assert compare_specimens(lists, cut=0.6).clusters[0].mean_jaccard is None


@pytest.mark.parametrize(
    ("a", "b", "written", "plain"),
    [
        ("Apple", "aPPLE", 1, 1),
        ("苹+梨", "梨+苹", 1, 1),
        ("蘋果", "苹果", 0, 1),
        ("ａpple", "apple", 0, 1),
        ("苹+梨", "苹", 0, 0),
    ],
)
def test_entries_are_the_same_in_a_form(a: str, b: str, written: int, plain: int) -> None:
    lists = [specimen(a, name="a"), specimen(b, name="b")]
    assert sum(p.shared for p in compare_specimens(lists).sharing) == written
    assert sum(p.shared for p in compare_specimens(lists, form="plain").sharing) == plain


def test_a_relief_is_no_entry_of_the_same_words() -> None:
    lists = [specimen("苹", "梨", name="a"), specimen("苹", entry("梨", (1,)), name="b")]
    assert compare_specimens(lists).sharing[0].shared == 1


def test_entries_that_most_lists_have_are_masked() -> None:
    lists = [specimen("红苹果", name="a"), specimen("红苹果", "梨", name="b")]
    assert [(e.text, e.lists) for e in compare_specimens(lists).widespread] == [("红＊＊", 2)]
    assert [e.text for e in compare_specimens(lists, show_terms=True).widespread] == ["红苹果"]


def test_of_many_lists_clusters_are_mapped() -> None:
    lists = [specimen(f"共{i // 10}", f"独{i}", name=f"l{i}") for i in range(80)]
    result = compare_specimens(lists, cut=0.2)
    assert [name.split(": ")[1] for name in result.mapped] == ["10"] * 8
    assert result.matrix[0][0] == pytest.approx((10 + 90 / 3) / 100)
