"""How far coders agree: Krippendorff's alpha, who says what beside whom, and what is to be settled.

Nominal alpha = 1 - D_o / D_e over the pairs of codings of the same row (K. Krippendorff, Computing Krippendorff's
alpha-reliability, 2011); rows that one coder alone has coded have no pair.  The interval is a percentile bootstrap
over rows, by cluster (A. Zapf, S. Castell, L. Morawietz and A. Karch, Measuring inter-rater reliability for nominal
data, BMC Medical Research Methodology 16, 2016); where nobody disagrees, its lower bound is the exact one of a zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations

import msgspec
import numpy as np

from modengine.errors import InputError
from modengine.lab.coding.codes import Code, CodedSheet, CoderCounts
from modengine.lab.coding.key import SampleKey, coded_stamp
from modengine.lab.data.corpus import HARMLESS
from modengine.lab.data.stamp import Stamp
from modengine.lab.stats.design import upper
from modengine.lab.stats.intervals import LEAST, Estimate, Floats, Ints, bounds, proportion, resample

WHOLE = "(all codes)"


class Alpha(msgspec.Struct, frozen=True):
    """Krippendorff's alpha: 1 for perfect agreement, 0 for that of chance."""

    value: float | None
    """None where all codings are alike: there is nothing to agree on."""
    low: float | None
    high: float | None
    rows: int
    """That two coders or more have coded."""
    codings: int
    """Of these rows."""
    supported: bool
    """False for fewer than ten such rows that are independent, or fewer than ten codings of either kind."""


class CategoryAgreement(msgspec.Struct, frozen=True):
    """How far coders agree on a category, or on whole codes."""

    category: str
    agree: Estimate
    """Of the rows that several coded, those on which all agree."""
    found: int
    """Codings of the category, of those that alpha counts; for whole codes, of any category."""
    alpha: Alpha
    in_corpus: float | None
    """Alpha with every row weighted by what it stands for; None without a key."""


class PairAgreement(msgspec.Struct, frozen=True):
    """Two coders on the rows that both coded."""

    coder: str
    other: str
    agree: Estimate
    alpha: float | None


class Confusion(msgspec.Struct, frozen=True):
    """Rows that one coder gave one code, and another coder another."""

    coder: str
    other: str
    code: str
    other_code: str
    rows: int


class Agreement(msgspec.Struct, frozen=True):
    """All that `agree` measures."""

    stamp: Stamp
    coders: tuple[CoderCounts, ...]
    categories: tuple[CategoryAgreement, ...]
    """Whole codes first."""
    pairs: tuple[PairAgreement, ...]
    confusion: tuple[Confusion, ...]
    single: int
    """Rows that one coder alone has coded: in no figure here."""
    disagreed: int
    """Rows to be settled."""


def alpha(units: Sequence[Sequence[Hashable]], weights: Floats | None = None) -> float | None:
    """Krippendorff's alpha for nominal data; `units` holds the codings of each row."""
    columns, _ = _columns(units, weights)
    value = _alpha(*columns.sum(axis=0)[:, None])
    return None if np.isnan(value[0]) else float(value[0])


def _columns(units: Sequence[Sequence[Hashable]], weights: Floats | None) -> tuple[Floats, Ints]:
    """For each row that has a pair: disagreement, and how often each value; and the numbers of these rows."""
    paired = [i for i, unit in enumerate(units) if len(unit) > 1]
    values = {value: j for j, value in enumerate(dict.fromkeys(v for i in paired for v in units[i]))}
    counts = np.zeros((len(paired), len(values)))
    for at, i in enumerate(paired):
        for value, many in Counter(units[i]).items():
            counts[at, values[value]] = many
    many = counts.sum(axis=1)
    apart = many - (counts * (counts - 1)).sum(axis=1) / np.maximum(many - 1, 1)
    w = np.ones(len(paired)) if weights is None else weights[paired] / weights[paired].mean()
    return np.column_stack([apart, counts]) * w[:, None], np.array(paired, np.int64)


def _alpha(apart: Floats, *counts: Floats) -> Floats:
    """From sums over rows; nan where every value is the same."""
    each = np.array(counts)
    n = each.sum(axis=0)
    by_chance = n * (n - 1) - (each * (each - 1)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(by_chance > 1e-9, 1 - apart * (n - 1) / by_chance, np.nan))


def alpha_interval(units: Sequence[Sequence[Hashable]], clusters: Ints, seed: int) -> Alpha:
    """Alpha with its 95 % interval; `clusters` numbers the cluster of each row."""
    columns, paired = _columns(units, None)
    rows = len(paired)
    if not rows:
        return Alpha(None, None, None, 0, 0, False)
    counts = columns[:, 1:]
    value = float(_alpha(*columns.sum(axis=0)[:, None])[0])
    codings = int(counts.sum())
    codes = np.unique(clusters[paired], return_inverse=True)[1]
    together = np.stack([np.bincount(codes, weights=column) for column in columns.T], axis=1)
    if np.isnan(value):
        return Alpha(None, None, None, rows, codings, False)
    rarest = codings - int(counts.sum(axis=0).max())
    supported = len(together) >= LEAST and rarest >= LEAST
    if not columns[:, 0].any():
        share = float(upper(0, len(together), 0, len(together)))
        each = counts.sum(axis=0)
        by_chance = 1 - float((each * (each - 1)).sum()) / (codings * (codings - 1))
        return Alpha(1.0, max(-1.0, 1 - share / by_chance), 1.0, rows, codings, supported)
    low, high = bounds(resample(tuple(together.T), seed, _alpha))
    return Alpha(value, low, high, rows, codings, supported)


def agreement(
    sheets: Sequence[CodedSheet], stamp: Stamp | None = None, key: SampleKey | None = None, seed: int = 1
) -> Agreement:
    """How far coders agree: Krippendorff's alpha of whole codes and by category, each with n and interval.

    `key` adds alpha for the whole corpus; without a `stamp` the result says what the key does.  Raises InputError
    (ME911) for one coder, or coders who share no row.
    """
    if len(sheets) < 2:
        raise InputError("ME911", "agreement needs two coders, and there is one sheet", "give the sheets of all coders")
    rows = tuple(sorted({row for sheet in sheets for row in sheet.codes}))  # in no order of a sheet: draws are by place
    said = {row: tuple(sheet.codes[row] for sheet in sheets if row in sheet.codes) for row in rows}
    shared = tuple(row for row in rows if len(said[row]) > 1)
    if not shared:
        raise InputError("ME911", "no row was coded by two coders", "give sheets that share rows")
    places = {} if key is None else {row.id: row for row in key.rows}
    of = {row: places[row].cluster if places else i for i, row in enumerate(shared)}
    clusters = np.array([of[row] for row in shared], np.int64)
    weights = np.array([1 / places[row].probability for row in shared]) if places else None
    categories = tuple(sorted({name for code in said.values() for one in code for name in one}))
    categories = categories if key is None else key.categories
    found = [_category(WHOLE, [said[row] for row in shared], clusters, weights, seed)]
    found += [
        _category(name, [tuple(name in code for code in said[row]) for row in shared], clusters, weights, seed)
        for name in categories
    ]
    return Agreement(
        stamp or coded_stamp("agree", key, seed), tuple(sheet.counts for sheet in sheets), tuple(found),
        tuple(_pairs(sheets, of)), tuple(_confusion(sheets)), len(rows) - len(shared), len(disagreements(sheets)),
    )  # fmt: skip


def _category(
    name: str, units: Sequence[Sequence[Hashable]], clusters: Ints, weights: Floats | None, seed: int
) -> CategoryAgreement:
    return CategoryAgreement(
        name, _alike(units, clusters), sum(bool(value) for unit in units for value in unit),
        alpha_interval(units, clusters, seed), None if weights is None else alpha(units, weights),
    )  # fmt: skip


def _alike(units: Sequence[Sequence[Hashable]], clusters: Ints) -> Estimate:
    """The share of the rows whose codings are all the same."""
    codes = np.unique(clusters, return_inverse=True)[1]
    alike = np.bincount(codes, weights=[len(set(unit)) == 1 for unit in units]).astype(np.int64)
    return proportion(alike, np.bincount(codes))


def _pairs(sheets: Sequence[CodedSheet], clusters: Mapping[str, int]) -> list[PairAgreement]:
    found = []
    for one, other in combinations(sheets, 2):
        rows = [row for row in one.codes if row in other.codes]
        both = [(one.codes[row], other.codes[row]) for row in rows]
        agree = _alike(both, np.array([clusters[row] for row in rows], np.int64))
        found.append(PairAgreement(one.coder, other.coder, agree, alpha(both) if both else None))
    return found


def _confusion(sheets: Sequence[CodedSheet]) -> list[Confusion]:
    """The most frequent first."""
    counts = Counter(
        (one.coder, other.coder, shown(one.codes[row]), shown(other.codes[row]))
        for one, other in combinations(sheets, 2)
        for row in one.codes
        if row in other.codes
    )
    return [Confusion(*names, rows) for names, rows in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def disagreements(sheets: Sequence[CodedSheet]) -> dict[str, tuple[Code, ...]]:
    """The rows on which coders differ, with the codes that they were given."""
    said: dict[str, list[Code]] = {}
    for sheet in sheets:
        for row, code in sheet.codes.items():
            said.setdefault(row, []).append(code)
    return {row: tuple(codes) for row, codes in sorted(said.items()) if len(set(codes)) > 1}


def shown(code: Code) -> str:
    """`fraud; violence`, or `none`."""
    return "; ".join(sorted(code)) or HARMLESS
