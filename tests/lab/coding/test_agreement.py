"""Krippendorff's alpha against his own examples, its interval, and what coders confuse."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from modengine.errors import InputError
from modengine.lab.coding.agreement import agreement, alpha, alpha_interval, disagreements
from modengine.lab.data.stamp import Stamp
from tests.lab.coding.made import coded, drawn

STAMP = Stamp("agree", "", "", (), 1, "")
FOUR = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Four observers, twelve units, blanks: K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011, part C."""


def units(*lines: str) -> list[tuple[str, ...]]:
    return [tuple(v for v in column if v != ".") for column in zip(*(line.split() for line in lines), strict=True)]


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),  # part A
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),  # part B
        (FOUR, 0.743),  # part C
    ],
)
def test_alpha_is_that_of_krippendorff_2011(lines: tuple[str, ...], value: float) -> None:
    assert alpha(units(*lines)) == pytest.approx(value, abs=0.0005)


def test_weights_are_as_if_a_row_stood_there_so_often() -> None:
    few = units("a a b b c", "a b b b a")
    weights = np.array([3.0, 1.0, 2.0, 1.0, 1.0])
    repeated = [unit for unit, many in zip(few, weights, strict=True) for _ in range(int(many))]
    found, whole = alpha(few * 50, np.tile(weights, 50)), alpha(repeated * 50)
    assert found == pytest.approx(whole, abs=0.005)


def test_alpha_is_one_for_perfect_and_about_nought_for_random_coders() -> None:
    random = np.random.default_rng(1)
    codes = random.integers(0, 3, (2_000, 2)).tolist()
    assert alpha(codes) == pytest.approx(0.0, abs=0.05)
    assert alpha([(one, one) for one, _ in codes]) == 1.0


def test_there_is_no_alpha_where_all_codings_are_alike_or_nobody_shares_a_row() -> None:
    assert alpha([("a", "a")] * 20) is None
    found = alpha_interval([(True, True)] * 20, np.arange(20), 1)
    assert (found.value, found.low, found.rows, found.codings, found.supported) == (None, None, 20, 40, False)
    assert alpha_interval([("a",), ("b",)], np.arange(2), 1).rows == 0


def test_rows_of_a_cluster_make_the_interval_wider() -> None:
    few = units("a a b b c a b c a b", "a b b b c a a c a b")
    alone = alpha_interval([u for u in few for _ in range(8)], np.arange(80), 1)
    together = alpha_interval([u for u in few for _ in range(8)], np.repeat(np.arange(10), 8), 1)
    assert alone.value == together.value
    assert together.high - together.low > 1.5 * (alone.high - alone.low)  # type: ignore[operator]


def test_agreement_without_a_fault_still_has_a_lower_bound() -> None:
    found = alpha_interval([("a", "a")] * 15 + [("b", "b")] * 15, np.arange(30), 1)
    assert found.value == found.high == 1.0
    # 0 of 30 rows with a fault allows 11.6 % (Clopper and Pearson); by chance coders would differ on 50.8 %.
    assert found.low == pytest.approx(1 - 0.1157 / 0.5085, abs=0.001)


def test_who_said_what_beside_whom() -> None:
    labels = {f"r{i}": "fraud" if i < 20 else "none" for i in range(60)}
    anna = coded("anna", labels)
    ben = coded("ben", labels, lambda row, label: "none" if row in ("r0", "r1") else "fraud" if row == "r59" else label)
    cleo = coded("cleo", {row: label for row, label in labels.items() if row < "r3"})
    found = agreement((anna, ben, cleo), STAMP)
    assert found.disagreed == 3
    assert list(disagreements((anna, ben, cleo))) == ["r0", "r1", "r59"]
    pair = found.pairs[0]
    assert (pair.coder, pair.other, pair.agree.k, pair.agree.n) == ("anna", "ben", 57, 60)
    assert pair.alpha == alpha([(a in anna.codes and anna.codes[a], ben.codes[a]) for a in labels])
    said = {(c.code, c.other_code): c.rows for c in found.confusion if (c.coder, c.other) == ("anna", "ben")}
    assert said == {("none", "none"): 39, ("fraud", "fraud"): 18, ("fraud", "none"): 2, ("none", "fraud"): 1}
    assert [one.category for one in found.categories] == ["(all codes)", "fraud"]


def test_the_order_of_a_sheet_changes_no_figure() -> None:
    labels = {f"r{i}": "fraud" if i % 4 else "none" for i in range(60)}
    ben = coded("ben", labels, lambda row, label: "none" if row < "r2" else label)
    there, back = (coded("anna", dict(sorted(labels.items(), reverse=turned))) for turned in (False, True))
    assert agreement((there, ben), STAMP) == agreement((back, ben), STAMP)


def test_two_coders_agree_with_one_interval_wherever_it_stands(tmp_path: Path) -> None:
    made, labels = drawn(tmp_path)
    key = msgspec.structs.replace(
        made.key, rows=tuple(msgspec.structs.replace(row, cluster=i // 4) for i, row in enumerate(made.key.rows))
    )
    ben = coded("ben", labels, lambda row, label: "none" if row in list(labels)[:8] else label)
    found = agreement((coded("anna", labels), ben), key=key)
    assert found.pairs[0].agree == found.categories[0].agree
    assert found.pairs[0].agree.clusters == 20


def test_one_coder_or_coders_who_share_nothing_have_no_agreement() -> None:
    one = coded("anna", {"r1": "fraud"})
    with pytest.raises(InputError, match="agreement needs two coders"):
        agreement((one,), STAMP)
    with pytest.raises(InputError, match="no row was coded by two coders"):
        agreement((one, coded("ben", {"r2": "fraud"})), STAMP)
