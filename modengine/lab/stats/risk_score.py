"""A sparse risk score in whole points: most rows caught, under a limit on false alarms in each stratum.

A risk score is a sum of few whole points that is held against a threshold.  The method is that of RiskSLIM
(B. Ustun and C. Rudin, Learning Optimized Risk Scores, JMLR 20, 2019) and FasterRisk (J. Liu and others,
FasterRisk: Fast and Accurate Interpretable Risk Scores, NeurIPS 2022): the logistic loss over whole, bounded
points of at most so many rules, for several multipliers.  The threshold is given, and so is the intercept; points
have a given sign; and what is asked for at last is not a likelihood but catches under a limit.

1. For a slope (FasterRisk's multiplier: how many points make one unit of log odds) and a price of false alarms, the
   points of least penalised logistic loss, by discrete coordinate descent (as RiskSLIM has it): each rule in
   turn gets the best of all its values, so that nothing has to be rounded.  While too many rules have points, those
   whose points are missed least are left out, and the others are fitted again.
2. From each of these, rules are moved in the same way for the most catches under the limit, and the best is kept.
3. A rule that serves as well with the points that it had gets these back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.sparse import csr_array

from modengine.lab.stats.intervals import Floats, Ints
from modengine.lab.stats.point_sums import PointSums, Trying

SLOPES = (0.1, 0.2, 0.4)
"""Points that make one unit of log odds, as shares of the threshold."""
PRICES = (0.01, 0.04, 0.15, 0.6)
"""What the whole allowance of false alarms of a stratum costs, in shares of the rows to be caught."""
PENALTY = 1.0
"""Loss of one unit of log odds: about that of one row to be caught that is missed."""
SWEEPS = 12
"""Rounds over all rules at most."""

Setting = tuple[float, float]
"""A slope and a price."""
SETTINGS: tuple[Setting, ...] = tuple(product(SLOPES, PRICES))


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows of each kind there are."""

    own: Floats
    """(kinds,): rows to be caught."""
    ordinary: csr_array
    """(strata, kinds): rows to be left alone."""
    allowed: Floats
    """(strata,): how many of these may be hit."""


@dataclass(frozen=True, slots=True)
class ScoreBounds:
    """What points may be."""

    threshold: int
    least: Floats
    """(rules,): equal to `most` where a rule is not fitted."""
    most: Floats
    most_rules: int
    """How many fitted rules may have points."""
    step: int
    """Points are multiples of it, or what they were."""
    as_is: Floats
    """(rules,): points that a rule keeps where others serve no better."""
    centre: Floats | None = None
    """Points towards which the penalty draws; None for none at all, by an L1 penalty."""


@dataclass(frozen=True, slots=True)
class RiskScore:
    """Whole points, and the slope and price that led to them."""

    points: Ints
    setting: Setting


def risk_score(
    sums: PointSums,
    counts: RowCounts,
    bounds: ScoreBounds,
    settings: tuple[Setting, ...] = SETTINGS,
) -> RiskScore:
    """The points that catch most rows under the limit; of two alike those of fewer rules.

    Where no points meet the limit, those that miss it least.
    """
    search = _PointSearch(sums, counts, bounds)
    found = [(search.moved(points), setting) for setting, points in search.candidates(settings)]
    points, setting = min(found, key=lambda this: search.figure(this[0]))
    return RiskScore(search.settled(points).round().astype(np.int64), setting)


class _PointSearch:
    def __init__(self, sums: PointSums, counts: RowCounts, bounds: ScoreBounds) -> None:
        there = (counts.own > 0) | (counts.ordinary.sum(axis=0) > 0)
        told = np.asarray(there & ~sums.always)  # of the others points decide nothing
        self._sums, self._bounds = sums.take(told), bounds
        self._own, self._ordinary = counts.own[told], counts.ordinary[:, told]
        self._allowed = counts.allowed - counts.ordinary[:, sums.always].sum(axis=1)
        self._start = np.where(bounds.least < bounds.most, 0.0, bounds.least)
        self._rows = Trying(self._sums, self._start).rows
        self._free = [j for j, rows in enumerate(self._rows) if len(rows) and bounds.least[j] < bounds.most[j]]
        self._by_rule = [self._ordinary[:, rows] for rows in self._rows]

    def figure(self, points: Floats) -> tuple[float, float, int]:
        """What is to be least: false alarms above the limit, minus catches, rules with points."""
        hit = self._sums.total(points) >= self._bounds.threshold
        over = np.maximum(self._ordinary @ hit.astype(float) - self._allowed, 0).sum()
        return float(over), -float(self._own[hit].sum()), self._used(points)

    def _used(self, points: Floats) -> int:
        return int((points[self._free] > 0).sum())

    def _values(self, rule: int) -> Floats:
        return np.arange(0.0, self._bounds.most[rule] + 1, self._bounds.step)

    # ------------------------------------------------------------------ the loss

    def candidates(self, settings: tuple[Setting, ...]) -> Iterator[tuple[Setting, Floats]]:
        room = 1 / np.maximum(self._allowed, 0.5)
        points = self._start
        for slope, price in settings:
            costs = price * max(float(self._own.sum()), 1.0) * (self._ordinary.T @ room)
            points, sparse = self._sparse(costs, slope * self._bounds.threshold, points)
            yield (slope, price), sparse

    def _sparse(self, costs: Floats, slope: float, near: Floats) -> tuple[Floats, Floats]:
        """The points of all rules, from points that are near; and those of at most so many rules."""
        trying, rules = Trying(self._sums, near), self._free
        self._descend(trying, rules, costs, slope)
        full = trying.points.copy()
        while (spare := self._used(trying.points) - self._bounds.most_rules) > 0:
            rules = [j for j in rules if trying.points[j] > 0]
            missed = [self._losses(trying, j, np.array([0.0]), costs, slope)[0] for j in rules]
            missed = [
                this - self._losses(trying, j, trying.points[[j]], costs, slope)[0]
                for j, this in zip(rules, missed, strict=True)
            ]
            gone = np.argsort(missed, kind="stable")[: (spare + 1) // 2]
            for at in gone:
                trying.give(rules[at], 0.0)
            rules = [j for j in rules if trying.points[j] > 0]
            self._descend(trying, rules, costs, slope)
        return full, trying.points

    def _descend(self, trying: Trying, rules: list[int], costs: Floats, slope: float) -> None:
        for _ in range(SWEEPS):
            still = True
            for rule in rules:
                values = self._values(rule)
                best = values[int(self._losses(trying, rule, values, costs, slope).argmin())]
                if best != trying.points[rule]:
                    trying.give(rule, best)
                    still = False
            if still:
                break

    def _losses(self, trying: Trying, rule: int, values: Floats, costs: Floats, slope: float) -> Floats:
        """The loss on the kinds that a rule hits, and its penalty, by what points it has."""
        rows, bounds = self._rows[rule], self._bounds
        odds = (trying.totals_with(rule, values) - bounds.threshold + bounds.step / 2) / slope
        wrong = np.logaddexp(0, odds)  # the loss of a hit row that is ordinary; that of a caught one is less by `odds`
        own, cost = self._own[rows][:, None], costs[rows][:, None]
        loss = ((own + cost) * wrong - own * odds).sum(axis=0)
        if bounds.centre is None:
            return np.asarray(loss + PENALTY * values / slope)
        return np.asarray(loss + PENALTY / 2 * ((values - bounds.centre[rule]) / slope) ** 2)

    # ------------------------------------------------------------------ the limit

    def moved(self, points: Floats) -> Floats:
        """Single rules moved, each to where it serves best, until none serves better."""
        trying = Trying(self._sums, points)
        hit = trying.totals >= self._bounds.threshold
        alarms = self._ordinary @ hit.astype(float)
        for _ in range(SWEEPS):
            still = True
            for rule in self._free:
                best = self._best(trying, rule, alarms)
                if best != trying.points[rule]:
                    rows = self._rows[rule]
                    before = trying.totals[rows] >= self._bounds.threshold
                    trying.give(rule, best)
                    after = trying.totals[rows] >= self._bounds.threshold
                    alarms = alarms + self._by_rule[rule] @ (after.astype(float) - before)
                    still = False
            if still:
                break
        return trying.points

    def settled(self, points: Floats) -> Floats:
        """With the points as they were of each rule that serves as well with them, so that few change."""
        trying = Trying(self._sums, points)
        for rule in self._free:
            before, was = trying.points[rule], self._bounds.as_is[rule]
            if before in (0, was) or not 0 < was <= self._bounds.most[rule]:
                continue
            hit = trying.totals_with(rule, np.array([before, was])) >= self._bounds.threshold
            alarms = self._by_rule[rule] @ hit.astype(float)
            caught = self._own[self._rows[rule]] @ hit.astype(float)
            if (alarms[:, 1] <= alarms[:, 0]).all() and caught[1] >= caught[0]:
                trying.give(rule, was)
        return trying.points

    def _best(self, trying: Trying, rule: int, alarms: Floats) -> float:
        """The points that a rule serves best with: those that it has, where no others serve better."""
        now, bounds, rows = trying.points[rule], self._bounds, self._rows[rule]
        if now == 0 and self._used(trying.points) >= bounds.most_rules:
            return float(now)
        values = np.unique(np.append(self._values(rule), now))
        hit = trying.totals_with(rule, values) >= bounds.threshold
        before = hit[:, values == now]
        change = hit.astype(float) - before
        over = np.maximum(alarms[:, None] + self._by_rule[rule] @ change - self._allowed[:, None], 0).sum(axis=0)
        caught = (self._own[rows][:, None] * change).sum(axis=0)
        return float(values[np.lexsort((np.abs(values - now), -caught, over))[0]])
