"""One category of decided rows as a problem for `risk_score`: kinds of rows, who is to be caught, what is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from modengine.lab.data.hits import OrdinaryStrata, RowHits, allowed
from modengine.lab.data.without import counting
from modengine.lab.stats.intervals import Floats, Ints
from modengine.lab.stats.metrics import Flags
from modengine.lab.stats.point_sums import ALL_POINTS, PointSums
from modengine.lab.stats.risk_score import RiskScore, RowCounts, ScoreBounds, risk_score
from modengine.model import RANK, Action
from modengine.policy.condition import matching
from modengine.policy.model import Policy, Rule

RARE = 5
"""A rule that hits rows of fewer clusters keeps its points: nothing can be said of it."""
MOST_POINTS = 999
Ranks = NDArray[np.int8]
"""(rows,): 0 allow, 1 label, 2 review, 3 block."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What the fit is to do."""

    aim: Action
    false_alarms: float
    """The share of each ordinary stratum that may be hit."""
    most_rules: int
    step: int
    most: int | None
    """Points of a rule; None for the threshold of the aim, or what the rule has, whichever is more."""


@dataclass(frozen=True)
class FitProblem:
    """A category of n rows."""

    category: str
    rules: tuple[Rule, ...]
    ladder: Mapping[Action, int]
    options: FitOptions
    sums: PointSums
    kind: Ints
    """(n,): the kind of each row; -1 where no rule of the category hits."""
    floor: Ranks
    """(n,): the rank that a row has whatever its points."""
    own: Flags
    strata: OrdinaryStrata
    clusters: Ints

    @property
    def as_is(self) -> Ints:
        return np.array([rule.score for rule in self.rules], np.int64)

    @property
    def threshold(self) -> int:
        return self.ladder[self.options.aim]

    def ranks(self, points: Ints) -> Ranks:
        """(n,): the action of the category on each row with such points."""
        reached = _reached(self.sums.total(points.astype(float)), self.ladder)
        by_points = np.where(self.kind >= 0, np.append(reached, 0)[self.kind], 0)
        return np.maximum(self.floor, by_points).astype(np.int8)

    def hits(self, rule: int) -> Flags:
        """(n,): the rows that a rule hits."""
        hit = self.sums.hits[:, [rule]].toarray().ravel() > 0
        return np.asarray((self.kind >= 0) & np.append(hit, False)[self.kind])

    def kept(self, rows: Flags) -> Flags:
        """(rules,): those that hit too few of some rows to be fitted to them."""
        told = rows & (self.own | (self.strata.of >= 0))
        return np.array([len(np.unique(self.clusters[self.hits(j) & told])) < RARE for j in range(len(self.rules))])

    def permitted(self) -> list[int]:
        """For each stratum, how many of its rows may be hit."""
        rows = np.bincount(self.strata.of[self.strata.of >= 0], minlength=len(self.strata.names))
        return [allowed(self.options.false_alarms, int(n)) for n in rows]

    def counts(self, weights: Floats) -> RowCounts:
        """`weights` is (n,): how often each row stands for itself; 0 for a row left out."""
        kinds = len(self.sums.offset)
        hit = self.kind >= 0
        own = np.bincount(self.kind[hit & self.own], weights[hit & self.own], kinds).astype(float)
        ordinary = np.zeros((len(self.strata.names), kinds))
        permitted: Floats = np.zeros(len(ordinary))
        for i in range(len(ordinary)):
            mine = self.strata.of == i
            ordinary[i] = np.bincount(self.kind[hit & mine], weights[hit & mine], kinds)
            unhit = float(weights[mine & ~hit & (self.floor >= RANK[self.options.aim])].sum())
            permitted[i] = allowed(self.options.false_alarms, float(weights[mine].sum())) - unhit
        return RowCounts(own, csr_array(ordinary), permitted)

    def bounds(self, kept: Flags, centre: Ints | None = None) -> ScoreBounds:
        """What points may be; those of rules in `kept` stay as they are, or as `centre` has them."""
        options, stay = self.options, self.as_is if centre is None else centre
        top = np.maximum(self.as_is, self.threshold) if options.most is None else np.full(len(stay), options.most)
        top = np.minimum(top, MOST_POINTS)
        least, most = np.where(kept, stay, 0), np.where(kept, stay, top)
        return ScoreBounds(
            self.threshold, least.astype(float), most.astype(float), options.most_rules, options.step,
            stay.astype(float), None if centre is None else centre.astype(float),
        )  # fmt: skip

    def solved(self, rows: Flags, centre: Ints | None = None) -> RiskScore:
        """The points fitted to some rows alone."""
        return risk_score(self.sums, self.counts(rows.astype(float)), self.bounds(self.kept(rows), centre))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What rows of one kind have in common."""

    given: tuple[tuple[int, int], ...]
    """Rules by their column, with their points before caps."""
    reliefs: tuple[str, ...]
    score: int
    always: bool


def problem(
    policy: Policy,
    hits: RowHits,
    category: str,
    own: Flags,
    strata: OrdinaryStrata,
    clusters: Ints,
    options: FitOptions,
) -> FitProblem:
    """The problem of one category; `own` are its rows, which are to be caught."""
    rules = tuple(rule for rule in counting(policy) if rule.category == category)
    column = policy.categories.index(category)
    ranks, scores = hits.ranks[:, column], hits.scores[:, column]
    ladder = policy.actions[category]
    # Ranks above those of their points: undetermined ones too.
    floor = np.where(ranks > _reached(scores, ladder), ranks, hits.raised[:, column]).astype(np.int8)
    taking = [rule for rule in counting(policy) if rule.relief is not None and rule.relief.category == category]
    columns = {rule.id: j for j, rule in enumerate(rules)}
    held = {rule.id for rule in taking}
    numbers: dict[_Kind, int] = {}
    kind = np.full(len(scores), -1, np.int64)
    for i, (given, reliefs) in enumerate(zip(hits.given, hits.reliefs, strict=True)):
        mine = tuple((columns[rule], points) for rule, points in given if rule in columns)
        if mine:
            taken = tuple(rule for rule in reliefs if rule in held)
            always = bool(floor[i] >= RANK[options.aim])
            kind[i] = numbers.setdefault(_Kind(mine, taken, int(scores[i]), always), len(numbers))
    sums = _sums(policy, rules, taking, list(numbers))
    return FitProblem(category, rules, ladder, options, sums, kind, floor, own, strata, clusters)


def _reached(scores: Floats | Ints, ladder: Mapping[Action, int]) -> Ranks:
    """(n,): the action that the points of each row reach."""
    reached = np.zeros(len(scores), np.int8)
    for action, threshold in ladder.items():
        reached = np.maximum(reached, np.where(scores >= threshold, RANK[action], 0)).astype(np.int8)
    return reached


def _sums(policy: Policy, rules: Sequence[Rule], taking: Sequence[Rule], kinds: Sequence[_Kind]) -> PointSums:
    """The kinds as arrays; what this model of the engine does not tell of their scores is their offset."""
    hits = np.zeros((len(kinds), len(rules)))
    for u, kind in enumerate(kinds):
        for j, points in kind.given:
            hits[u, j] = min(points / rules[j].score, 1.0) if rules[j].score > 0 else 1.0
    of_rules = [rule.id for rule in taking if rule.relief and rule.relief.rules]
    by = {rule.id: ALL_POINTS if rule.relief is None or rule.relief.by is None else rule.relief.by for rule in taking}
    parts = [*_groups(policy, rules), *((_covered(rule, rules), by[rule.id]) for rule in taking if rule.id in of_rules)]
    groups = len(parts) - len(of_rules)
    takes = [[False] * groups + [rule in kind.reliefs for rule in of_rules] for kind in kinds]
    taken = [sum(by[rule] for rule in kind.reliefs if rule not in of_rules) for kind in kinds]
    bare = PointSums(
        csr_array(hits),
        np.array([members for members, _ in parts], float).reshape(len(parts), len(rules)).T,
        np.array([most for _, most in parts], float),
        np.array(takes, np.bool_).reshape(len(kinds), len(parts)),
        np.arange(len(parts)) < groups,
        np.array(taken, float),
        np.zeros(len(kinds)),
        np.array([kind.always for kind in kinds], np.bool_),
    )
    told = np.floor(bare.total(np.array([rule.score for rule in rules], float)))
    return replace(bare, offset=np.array([kind.score for kind in kinds], float) - told)


def _groups(policy: Policy, rules: Sequence[Rule]) -> Iterator[tuple[list[bool], float]]:
    for ruleset in policy.rulesets:
        for group, cap in ruleset.caps.items():
            yield [(rule.ruleset, rule.group) == (ruleset.id, group) for rule in rules], cap


def _covered(relief: Rule, rules: Sequence[Rule]) -> list[bool]:
    assert relief.relief is not None
    ids = [rule.id for rule in rules]
    named = {name for glob in relief.relief.rules for name in matching(glob, ids)}
    return [name in named for name in ids]
