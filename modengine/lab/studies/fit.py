"""What points would fit the data?  A sparse risk score a category, under a limit on false alarms.

How points are found stands in `risk_score`.  What they do is told three times: on the rows that they were fitted
to, on rows whose clusters were left out (five folds), and on corpora that were left out whole.  Nothing is written
here; `fitting.policy` gives the text of a policy that has the points over the one that was measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.derived import refuse_specimens, repointed
from modengine.lab.data.hits import ordinary_strata, row_hits
from modengine.lab.data.outcomes import LEVELS, Progress
from modengine.lab.data.stamp import Stamp, stamp
from modengine.lab.stats.intervals import NOTHING, Estimate, Floats, Ints
from modengine.lab.stats.metrics import ALL, Flags, rate
from modengine.lab.stats.paired import Paired, paired
from modengine.lab.stats.risk_score import RiskScore, Setting, risk_score
from modengine.lab.studies.fitting.problem import FitOptions, FitProblem, Ranks, problem
from modengine.lab.studies.fitting.rows import FitRows, all_unfit, channel_values, fit_rows, refuse, unfit
from modengine.model import RANK, Action

FOLDS = 5
DRAWS = 100
ORDINARY = "(ordinary)"
"""All ordinary rows together."""
_SHARE = 100
"""What a fit counts in the progress, in rows."""


class FittedPoints(msgspec.Struct, frozen=True):
    """A rule's points as they are and as fitted."""

    rule: str
    as_is: int
    fitted: int
    low: int
    """Bounds of the middle 95 % of fits to bootstrap draws of the clusters."""
    high: int
    used: float
    """The share of these fits in which the rule has points."""
    own: int
    """Rows of the category that it hits."""
    ordinary: int
    """Ordinary rows that it hits."""
    kept: bool
    """It hits rows of too few clusters to be fitted, and keeps its points."""


class FitFigure(msgspec.Struct, frozen=True):
    """What is hit with the points as they are, and with those fitted."""

    figure: str
    """`recall`: of rows of the category; `false alarms`: of ordinary rows."""
    among: str
    """A corpus, or a stratum of ordinary speech; `(all)` and `(ordinary)` for all of them."""
    action: Action
    """The row counts as hit from this action upwards."""
    as_is: Estimate
    in_sample: Estimate
    """On the rows that the points were fitted to: too good.  As the engine decides."""
    out_of_fold: Estimate
    """With points fitted to the clusters of other folds."""
    other_source: Estimate
    """With points fitted to other corpora alone; of the rows of corpora that can be left out."""
    change: Paired
    """From as it is (A) to out of fold (B)."""


class StratumLimit(msgspec.Struct, frozen=True):
    """How a stratum of ordinary speech stands to the limit, in rows."""

    stratum: str
    rows: int
    allowed: int
    as_is: int
    in_sample: int
    out_of_fold: int
    met: bool
    """In sample: whether the points found are under the limit."""


class CategoryFit(msgspec.Struct, frozen=True):
    """The points of the rules of one category."""

    category: str
    value: str | None
    """Of the field that tells the channel, where these points are of its messages alone; else null."""
    aim: Action
    threshold: int
    """Points from which the aim is reached: it stays as it is."""
    own: int
    """Rows of the category."""
    ordinary: int
    clusters: int
    slope: float
    """How many points make one unit of log odds."""
    price: float
    """What a stratum's whole allowance of false alarms costs, in shares of the rows of the category."""
    points: tuple[FittedPoints, ...]
    """Of all its rules that count; points of 0 too."""
    limits: tuple[StratumLimit, ...]
    figures: tuple[FitFigure, ...]
    differing: int
    """Rows on which the engine decides otherwise than the sum that was fitted; figures in sample are the engine's."""

    def changes(self) -> dict[str, int]:
        """The rules whose points change, with their points."""
        return {this.rule: this.fitted for this in self.points if this.fitted != this.as_is}


class Fit(msgspec.Struct, frozen=True):
    """All that `fit` measures.  Scope and period are taken as met."""

    stamp: Stamp
    false_alarms: float
    """The share of each stratum of ordinary speech that may be hit at the aim."""
    most_rules: int
    step: int
    by: str | None
    draws: int
    fits: tuple[CategoryFit, ...]
    """A category at a time; after it those of single channels."""
    left_out: dict[str, str]
    """Categories, and `CATEGORY, VALUE` of a channel, that were not fitted, and why."""


def fit(
    engine: Engine,
    corpora: Sequence[Corpus],
    seed: int = 1,
    *,
    aim: Action = "review",
    false_alarms: float = 0.003,
    most_rules: int = 25,
    step: int = 5,
    most: int | None = None,
    by: str | None = None,
    categories: Sequence[str] = (),
    draws: int = DRAWS,
    command: str = "",
    progress: Progress | None = None,
) -> Fit:
    """Fits the points of each category, and with `by` of each channel, over the rows of all corpora.

    `most` points a rule; without it the threshold of the aim, or what the rule has, whichever is more.
    Progress is told at most `steps(...)`.  Raises InputError (ME911) for a category or field that the policy does
    not have, corpora without ordinary rows, and where no category can be fitted.
    """
    refuse_specimens(engine.policy)
    refuse(engine.policy, corpora, categories, by)
    rows = fit_rows(corpora, row_hits(engine, corpora, progress), FOLDS, seed)
    told = _Told(progress, len(rows.names))
    options = FitOptions(aim, false_alarms, most_rules, step, most)
    fits: list[CategoryFit] = []
    left_out: dict[str, str] = {}
    for category in categories or engine.policy.categories:
        why = unfit(engine.policy, rows, category)
        if why is not None:
            left_out[category] = why
            continue
        pooled = _fitted(engine, corpora, rows, category, None, options, draws, seed, told)
        fits.append(pooled)
        for value in channel_values(corpora, by) if by is not None else ():
            part = rows.of_channel(corpora, str(by), value)
            why = unfit(engine.policy, part, category)
            if not value.isprintable():
                why = "its name cannot be written in a condition"
            if why is not None:
                left_out[f"{category}, {value}"] = why
                continue
            centre = np.array([this.fitted for this in pooled.points], np.int64)
            fits.append(_fitted(engine, corpora, part, category, value, options, draws, seed, told, centre))
    if not fits:
        raise all_unfit(left_out)
    return Fit(
        stamp("fit", engine, corpora, seed, command), false_alarms, most_rules, step, by, draws, tuple(fits), left_out
    )


def steps(engine: Engine, corpora: Sequence[Corpus], categories: Sequence[str] = (), by: str | None = None) -> int:
    """What the progress of `fit` comes to at most."""
    fitted = len(categories or engine.policy.categories) * (1 + (len(channel_values(corpora, by)) if by else 0))
    return sum(map(len, corpora)) + _SHARE * fitted * (2 + FOLDS + len(corpora))


class _Told:
    """Progress over fits: each counts a share, and the draws of one bootstrap together another."""

    def __init__(self, progress: Progress | None, done: int) -> None:
        self._progress, self._done = progress, done

    def __call__(self) -> None:
        self._done += _SHARE
        if self._progress is not None:
            self._progress(self._done)


def _fitted(
    engine: Engine,
    corpora: Sequence[Corpus],
    rows: FitRows,
    category: str,
    value: str | None,
    options: FitOptions,
    draws: int,
    seed: int,
    told: _Told,
    centre: Ints | None = None,
) -> CategoryFit:
    ladder = engine.policy.actions[category]
    aim = next(level for level in reversed(LEVELS) if level in ladder and RANK[level] <= _reach(ladder, options.aim))
    options = replace(options, aim=aim)
    strata = ordinary_strata(rows.names, options.false_alarms)
    made = problem(engine.policy, rows.hits, category, rows.own(category), strata, rows.clusters, options)
    there = made.own | (strata.of >= 0)
    score = made.solved(there, centre)
    told()
    as_is = rows.hits.ranks[:, engine.policy.categories.index(category)]
    by_fold, _ = _left_out(made, there, rows.folds, as_is, centre, told)
    by_source, covered = _left_out(made, there, rows.sources, as_is, centre, told)
    again = _decided(engine, corpora, made, score.points, as_is)
    points = tuple(_points(made, score, _draws(made, there, score.setting, draws, seed, centre), there))
    told()
    ranks = _FitRanks(as_is, again, by_fold, by_source, covered)
    return CategoryFit(
        category, value, aim, made.threshold, int(made.own.sum()), int((strata.of >= 0).sum()),
        len(np.unique(rows.clusters[there])), score.setting[0] * made.threshold, score.setting[1], points,
        tuple(_limits(made, ranks)), tuple(_figures(made, rows, corpora, ranks)),
        int((made.ranks(score.points) != again)[there].sum()),
    )  # fmt: skip


def _reach(ladder: Mapping[Action, int], aim: Action) -> int:
    """The rank of the aim, or of the mildest step of a ladder that begins above it."""
    return max(RANK[aim], min(RANK[level] for level in ladder))


def _left_out(
    made: FitProblem, there: Flags, parts: Ints, as_is: Ranks, centre: Ints | None, told: _Told
) -> tuple[Ranks, Flags]:
    """The ranks of each part with points fitted to the others; and the rows of parts that could be left out."""
    ranks, covered = as_is.copy(), np.zeros(len(as_is), np.bool_)
    for part in np.unique(parts[there]):
        mine, others = there & (parts == part), there & (parts != part)
        if (made.own & others).any() and (others & ~made.own).any():
            ranks[mine] = made.ranks(made.solved(others, centre).points)[mine]
            covered |= mine
        told()
    return ranks, covered


def _decided(engine: Engine, corpora: Sequence[Corpus], made: FitProblem, points: Ints, as_is: Ranks) -> Ranks:
    """The ranks with other points, as the engine decides the rows that the category hits."""
    score = {rule.id: int(given) for rule, given in zip(made.rules, points, strict=True)}
    hit, found = made.kind >= 0, as_is.copy()
    ends = np.cumsum([len(corpus) for corpus in corpora])
    parts = [corpus.take(hit[end - len(corpus) : end]) for corpus, end in zip(corpora, ends, strict=True)]
    again = row_hits(repointed(engine, score), parts)
    found[hit] = again.ranks[:, engine.policy.categories.index(made.category)]
    return found


def _draws(made: FitProblem, there: Flags, setting: Setting, draws: int, seed: int, centre: Ints | None) -> Ints:
    """(draws, rules): points fitted to bootstrap draws of the clusters, with the slope and price that were chosen."""
    random = np.random.default_rng(seed)
    names, codes = np.unique(made.clusters[there], return_inverse=True)
    bounds = made.bounds(made.kept(there), centre)
    found = np.zeros((draws, len(made.rules)), np.int64)
    for i in range(draws):
        weights: Floats = np.zeros(len(there))
        weights[there] = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))[codes]
        found[i] = risk_score(made.sums, made.counts(weights), bounds, (setting,)).points
    return found


def _points(made: FitProblem, score: RiskScore, drawn: Ints, there: Flags) -> Iterator[FittedPoints]:
    kept, ordinary = made.kept(there), made.strata.of >= 0
    for j, rule in enumerate(made.rules):
        fitted, hits = int(score.points[j]), made.hits(j)
        low, high, used = fitted, fitted, float(fitted > 0)
        if len(drawn):
            low, high = (int(v) for v in np.percentile(drawn[:, j], [2.5, 97.5], method="nearest"))
            used = float((drawn[:, j] > 0).mean())
        own, wrong = int((hits & made.own).sum()), int((hits & ordinary).sum())
        yield FittedPoints(rule.id, rule.score, fitted, low, high, used, own, wrong, bool(kept[j]))


@dataclass(frozen=True, slots=True)
class _FitRanks:
    """The action on each row: as it is, and with points that were fitted with it and without it."""

    as_is: Ranks
    in_sample: Ranks
    by_fold: Ranks
    by_source: Ranks
    covered: Flags
    """Rows of corpora that could be left out."""


def _limits(made: FitProblem, ranks: _FitRanks) -> Iterator[StratumLimit]:
    permitted = made.permitted()
    for i, name in enumerate(made.strata.names):
        mine = made.strata.of == i
        hit = [
            int((this[mine] >= RANK[made.options.aim]).sum()) for this in (ranks.as_is, ranks.in_sample, ranks.by_fold)
        ]
        yield StratumLimit(name, int(mine.sum()), permitted[i], hit[0], hit[1], hit[2], hit[1] <= permitted[i])


def _figures(made: FitProblem, rows: FitRows, corpora: Sequence[Corpus], ranks: _FitRanks) -> Iterator[FitFigure]:
    ordinary = made.strata.of >= 0
    for action in (level for level in LEVELS if level in made.ladder):
        yield _figure("recall", ALL, action, made, made.own, ranks)
        yield _figure("false alarms", ORDINARY, action, made, ordinary, ranks)
    aim = made.options.aim
    if len(corpora) > 1:
        for number, corpus in enumerate(corpora):
            mine = made.own & (rows.sources == number)
            if mine.any():
                yield _figure("recall", corpus.name, aim, made, mine, ranks)
    for number, name in enumerate(made.strata.names):
        yield _figure("false alarms", name, aim, made, made.strata.of == number, ranks)


def _figure(figure: str, among: str, action: Action, made: FitProblem, rows: Flags, ranks: _FitRanks) -> FitFigure:
    def share(found: Ranks, part: Flags) -> Estimate:
        return rate(made.clusters, np.asarray(found >= RANK[action]), part) if part.any() else NOTHING

    change = paired(made.clusters, ranks.as_is >= RANK[action], ranks.by_fold >= RANK[action], rows)
    return FitFigure(
        figure, among, action, share(ranks.as_is, rows), share(ranks.in_sample, rows), share(ranks.by_fold, rows),
        share(ranks.by_source, rows & ranks.covered), change,
    )  # fmt: skip
