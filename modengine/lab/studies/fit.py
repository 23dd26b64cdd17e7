"""Points for the rules of one category, fitted to some rows of a corpus.

The model is the engine's own, a sum of points: the label of a row (1 for the category, 0 for all
others) on which rules hit it, by least squares with an L1 penalty and coefficients that cannot be
negative (scikit-learn, `LassoCV(positive=True)`; R. Tibshirani, Regression shrinkage and selection via
the lasso, J. R. Statist. Soc. B 58, 1996).  Of scikit-learn's sparse linear models this family alone
takes non-negativity as a constraint: `LogisticRegression`, `LinearSVC` and `SGDClassifier` do not, and
a negative coefficient that is cut off afterwards is no fit of anything.  The penalty is chosen by
cross-validation over clusters, both classes weighing the same.

A linear model knows no caps and no reliefs, so its coefficients give the proportions alone.  They are
scaled, rounded and bounded to integers in several ways; each is really decided, and the one is taken
that catches most without hitting more other rows than the points as they are.  If none does better,
the points stay.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV
from sklearn.model_selection import GroupKFold

from modengine.engine.engine import Engine
from modengine.lab.data.corpus import Corpus
from modengine.lab.data.derived import derived
from modengine.lab.data.outcomes import DecidedCorpus, Progress, decide
from modengine.lab.data.without import rescored
from modengine.lab.stats.intervals import Floats, Ints
from modengine.lab.stats.metrics import Flags, labelled
from modengine.model import RANK, Action
from modengine.policy.model import Rule

SCALES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.3, 1.7)
"""Points of the rule with the greatest coefficient, as a share of the upper bound; what passes it is cut to it."""
FOLDS = 5

Hits = NDArray[np.bool_]
"""(rows, rules)."""


def hits_of(outcomes: DecidedCorpus, rules: Sequence[Rule]) -> Hits:
    """Which rules hit which rows."""
    columns = {rule.id: at for at, rule in enumerate(rules)}
    found = np.zeros((len(outcomes.ranks), len(rules)), np.bool_)
    for i, hits in enumerate(outcomes.rules):
        for rule, _ in hits:
            if rule in columns:
                found[i, columns[rule]] = True
    return found


def coefficients(hits: Hits, own: Flags, clusters: Ints) -> Floats:
    """(rules,): the coefficients of the linear model, none below 0; all 0 where nothing can be told apart."""
    groups = len(np.unique(clusters))
    found = np.zeros(hits.shape[1])
    present = np.flatnonzero(hits.any(axis=0))
    if not len(present) or groups < 2 or own.all() or not own.any():
        return found
    x, y = hits[:, present].astype(float), own.astype(float)
    weights = np.where(own, 0.5 / own.sum(), 0.5 / (~own).sum()) * len(own)
    centred = weights * (y - np.average(y, weights=weights))
    highest = float(np.abs(x.T @ centred).max()) / len(own)
    if highest == 0:
        return found
    folds = GroupKFold(min(FOLDS, groups)).split(x, y, clusters)
    model = LassoCV(positive=True, alphas=highest * np.logspace(0, -4, 20), cv=list(folds), max_iter=20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x, y, sample_weight=weights)
    found[present] = model.coef_
    return found


def fitted(
    engine: Engine,
    corpus: Corpus,
    outcomes: DecidedCorpus,
    rules: Sequence[Rule],
    bounds: tuple[int, int],
    aim: Action,
    part: Callable[[], Progress] = lambda: lambda _: None,
) -> tuple[dict[str, int], Floats]:
    """The points of each rule of one category, and the coefficients they come from.

    `outcomes` are those of `corpus` with the points as they are, which a rule that hits no row keeps.
    `part` gives the progress of one more pass over the rows that are hit.
    """
    category = str(rules[0].category)
    own, hits = labelled(corpus, category), hits_of(outcomes, rules)
    weights = coefficients(hits, own, corpus.clusters)
    as_is = {rule.id: rule.score for rule in rules}
    rows = np.asarray(hits.any(axis=1))  # all others are decided as before
    hit_rows = corpus.take(rows)
    start = _caught(outcomes.at_least(aim)[rows, outcomes.column(category)], own[rows])
    best, most = as_is, start
    for points in _ways(rules, hits, weights, bounds):
        again = decide(derived(rescored(engine.policy, points)), hit_rows, part())
        found = _caught(again.ranks[:, again.column(category)] >= RANK[aim], own[rows])
        if found[1] >= start[1] and found > most:
            best, most = points, found
    return best, weights


def _caught(hit: Flags, own: Flags) -> tuple[int, int]:
    """Rows of the category that are hit, and minus the other rows that are."""
    return int((hit & own).sum()), -int((hit & ~own).sum())


def _ways(rules: Sequence[Rule], hits: Hits, weights: Floats, bounds: tuple[int, int]) -> Iterator[dict[str, int]]:
    """The coefficients as integers within bounds, in several sizes; without what came before."""
    seen: list[dict[str, int]] = []
    for scale in SCALES if weights.any() else ():
        points = {}
        for at, rule in enumerate(rules):
            raw = floor(weights[at] / weights.max() * scale * bounds[1] + 0.5)
            points[rule.id] = min(max(raw, bounds[0]), bounds[1]) if hits[:, at].any() else rule.score
        if points not in seen:
            seen.append(points)
            yield points
