"""What lists cost, against counts made by hand and by the naive reading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from modengine.lab.specimens.measure import measure_specimens
from tests.lab.specimens.lists import corpus_of, entry, naive, specimen

TEXTS = ["苹果降价", "苹果园站", "红烧茄子", "苹果和茄子", "天气不错", "茄子+番茄"]
STRATA = ["a", "a", "b", "b", "b", "b"]


def test_shares_are_of_the_texts_of_each_stratum() -> None:
    result = measure_specimens([specimen("苹果", "茄子+番茄")], [corpus_of(TEXTS, STRATA)])
    found = {(s.stratum, s.reading): (s.share.k, s.share.n) for s in result.shares}
    assert found[("(all)", "as written")] == (4, 6)
    assert found[("a", "as written")] == (2, 2)
    assert found[("b", "as written")] == (2, 4)
    assert found[("(all)", "words")] == (3, 6)  # 苹果园 is a word


def test_an_entry_costs_what_it_alone_would_match() -> None:
    result = measure_specimens([specimen("苹果", "茄子", "梨")], [corpus_of(TEXTS)])
    assert [(d.entry, d.text, d.share.k, d.share.n, d.alone, d.inside) for d in result.costliest] == [
        (1, "＊＊", 3, 6, 2, 1),
        (2, "＊＊", 3, 6, 2, 0),
    ]
    assert result.never == {"fruit": 1}
    shown = measure_specimens([specimen("苹果", "茄子", "梨")], [corpus_of(TEXTS)], show_terms=True, most=1)
    assert [d.text for d in shown.costliest] == ["苹果"]


def test_kinds_of_entries_are_measured_together() -> None:
    result = measure_specimens([specimen("果", "茄子", "茄子+番茄", entry("*烧*", wildcards=True))], [corpus_of(TEXTS)])
    found = {k.kind: (k.entries, k.share.k, k.alone, k.inside) for k in result.kinds}
    assert found == {
        "one character": (1, 3, 2, 3),
        "two characters": (1, 3, 0, 0),
        "combination": (1, 1, 0, 0),
        "wildcard": (1, 1, 0, 1),
    }


def test_what_is_left_without_the_costliest_is_judged_on_the_other_half() -> None:
    texts = [f"苹果{i}" for i in range(60)] + [f"梨子{i}" for i in range(30)] + [f"桃子{i}" for i in range(10)]
    corpus = corpus_of(texts)
    result = measure_specimens([specimen("梨子", "苹果", "桃子")], [corpus])
    judged = corpus.halves == 1
    left = {w.dropped: (w.share.k, w.share.n) for w in result.left}
    first = np.array([text[:2] for text in texts])
    n = int(judged.sum())
    assert left == {
        0: (n, n),
        1: (int((judged & (first != "苹果")).sum()), n),
        2: (int((judged & (first == "桃子")).sum()), n),
    }
    assert {w.chosen_by for w in result.left} == {100 - n}


def test_the_spread_over_lists_has_the_median() -> None:
    lists = [specimen("苹果", name="a"), specimen("茄子", "番茄", name="b"), specimen("雪", name="c")]
    result = measure_specimens(lists, [corpus_of(TEXTS)])
    as_written = next(s for s in result.spread if s.reading == "as written")
    assert (as_written.lists, as_written.quantiles["0.5"], as_written.quantiles["1"]) == (3, 0.5, 0.5)
    assert as_written.quantiles["0"] == 0


def test_of_many_lists_only_the_shares_are_given() -> None:
    result = measure_specimens([specimen("苹果", name=f"l{i}") for i in range(51)], [corpus_of(TEXTS)])
    assert (len(result.shares), result.costliest, result.kinds, result.left) == (102, (), (), ())
    assert set(result.never.values()) == {0}


@pytest.mark.parametrize("relief", [False, True])
@given(texts=st.lists(st.text("果梨桃 ", max_size=6), min_size=1, max_size=8))
def test_counts_are_those_of_the_naive_reading(relief: bool, texts: list[str]) -> None:
    entries = [entry("果"), entry("梨+桃"), entry("果梨"), *([entry("桃桃", (1,))] if relief else [])]
    result = measure_specimens([specimen(*entries)], [corpus_of(texts)])
    hits = [naive(entries, text) for text in texts]
    assert result.shares[0].share.k == sum(bool(hit) for hit in hits)
    for one in result.costliest:
        mine = [hit for hit in hits if one.entry - 1 in hit]
        assert (one.share.k, one.alone) == (len(mine), sum(len(hit) == 1 for hit in mine))


def test_a_card_can_forbid_the_shares() -> None:
    corpus = corpus_of(TEXTS)
    forbidden = replace(corpus, columns=replace(corpus.columns, forbidden=("over-blocking",)))
    assert {one.share.method for one in measure_specimens([specimen("苹果")], [forbidden]).shares} == {"forbidden"}
