"""The yardstick of the rules: what a table of weights finds at as many alarms.

    python -m bench.quality.learned            # the table
    python -m bench.quality.learned --write    # learned.md, which stands in docs/quality.md

For each category a logistic regression over all sequences of one to four characters is fitted to the rows that
writers of rules read.  On the others its threshold is where it has as many alarms, among the same harmless texts, as
the rules have.  The development data have to be there (see `run.py`), and scikit-learn 1.8 or later.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from bench.quality.compare import among, hit
from bench.quality.decisions import CATEGORIES, Decided, decide_file, path_of, pooled, text_of
from bench.quality.measures import CALLS, FILES, GRIEVANCES, KINDS, MEASURES, OWN, READ, UNREAD, Measure
from bench.quality.table import LEARNED, put
from modengine.lab.data.card import data_folder

SPARSE = 1.0
"""The inverse of how strongly weights are drawn to nought in the short table (`C` of scikit-learn)."""
LABEL = CATEGORIES.index("rumour")
LONGEST = 500
"""So many characters of a text are read."""
SHARES = (0.005, 0.01, 0.02, 0.03)
"""Of harmless grievances that are reviewed."""
FOLDS, SEED = 5, 1
CURVE = "Threats among grievances that such tables find, on authors who had no part in the fit:"
Mask = NDArray[np.bool_]


def harmless(decided: Decided) -> Mask:
    """The rows of one file that no category should act on."""
    if decided.name in OWN:
        return np.array([row.get("label") == "none" for row in decided.rows], np.bool_)
    found = np.zeros(len(decided.rows), np.bool_)
    for measure in (*KINDS, CALLS):
        if decided.name in measure.files:
            found |= among(measure, decided)
    return found


def harmful(decided: Decided, category: str) -> Mask:
    """The rows of one file that are of a category."""
    found = np.zeros(len(decided.rows), np.bool_)
    for measure in _measures(category):
        if decided.name in measure.files:
            found |= among(measure, decided)
    if decided.name in OWN:
        found |= np.array([row.get("label") == category for row in decided.rows], np.bool_)
    return found


def _measures(category: str) -> list[Measure]:
    return [measure for measure in MEASURES if measure.harm and measure.categories[:1] == (category,)]


def table(files: Sequence[Decided]) -> Iterator[str]:
    """A row a measure: the rules, all sequences, and as many as a sparse fit leaves."""
    whole = pooled(files)
    names = np.repeat([decided.name for decided in files], [len(decided.rows) for decided in files])
    learnt = np.isin(names, READ) | ((whole.halves == 0) & ~np.isin(names, UNREAD))
    texts = [text_of(row)[:LONGEST] for row in whole.rows]
    innocent = np.concatenate([harmless(decided) for decided in files])
    counter = _counter()
    counter.fit([text for text, is_learnt in zip(texts, learnt, strict=True) if is_learnt])
    seen = counter.transform(texts)
    yield f"| measure | rules | all of {len(counter.vocabulary_):,} sequences | sequences left by a sparse fit |"
    yield "|---|---|---|---|"
    for column, category in enumerate(CATEGORIES):
        guilty = np.concatenate([harmful(decided, category) for decided in files])
        alarms = innocent & ~learnt
        acted = whole.ranks[:, column] >= (1 if column == LABEL else 2)
        most = int((acted & alarms).sum())
        fitted = learnt & (innocent | guilty)
        flags = []
        for model in (_dense(), _sparse()):
            model.fit(seen[fitted], guilty[fitted])
            scores = model.decision_function(seen)
            flags.append(scores > np.sort(scores[alarms])[::-1][most])
        weights = int((model.coef_ != 0).sum())
        yield f"| **{category}**, {most} alarms of {int(alarms.sum()):,} | | | {weights:,} sequences |"
        for measure in _measures(category):
            rows = ~learnt & np.isin(names, measure.files) & among(measure, whole)
            if rows.any():
                shares = [f"{found[rows].mean():.1%}" for found in (hit(measure, whole), *flags)]
                yield f"| {measure.name}, n {int(rows.sum()):,} | {' | '.join(shares)} |"


def curve(files: Sequence[Decided]) -> Iterator[str]:
    """A row a size of the table: the threats of grievances that it finds, at some shares of harmless ones reviewed.

    Each author is decided by a table that was fitted without all that a fifth of the authors wrote in any of our files,
    this one among them.
    """
    whole = pooled(files)
    names = np.repeat([decided.name for decided in files], [len(decided.rows) for decided in files])
    grievance = np.isin(names, GRIEVANCES)
    authors = np.array([str(row.get("author")) for row in whole.rows])
    order = {author: number % FOLDS for number, author in enumerate(sorted(set(authors[grievance])))}
    folds = np.array([order.get(author, FOLDS) for author in authors])
    innocent = np.concatenate([harmless(decided) for decided in files])
    threats = np.array([row.get("label") in ("violence", "terrorism") for row in whole.rows]) & np.isin(
        names, list(OWN)
    )
    learnt = (grievance | (whole.halves == 0)) & (names != "unseen") & (innocent | threats)
    counter = _counter()
    seen = counter.fit_transform([text_of(row)[:LONGEST] for row in whole.rows])
    yield "| sequences | " + " | ".join(f"{share:.1%} reviewed" for share in SHARES) + " |"
    yield "|---" * (len(SHARES) + 1) + "|"
    for strength in (0.1, 0.3, SPARSE, None):
        scores, sizes = np.zeros(len(names)), []
        for fold in range(FOLDS):
            model = _sparse(strength) if strength else _dense()
            model.fit(seen[learnt & (folds != fold)], threats[learnt & (folds != fold)])
            scores[folds == fold] = model.decision_function(seen[folds == fold])
            sizes.append(int((model.coef_ != 0).sum()))
        ranked = np.sort(scores[grievance & innocent])[::-1]
        found = [(scores[grievance & threats] > ranked[int(share * len(ranked))]).mean() for share in SHARES]
        yield f"| {int(np.median(sizes)):,} | " + " | ".join(f"{share:.1%}" for share in found) + " |"
    yield ""
    rows, found_in = int((grievance & innocent).sum()), int((grievance & threats).sum())
    yield f"n {rows:,} harmless and {found_in:,} threats of {len(order)} names of authors (some stand for two)."


def _counter() -> CountVectorizer:
    return CountVectorizer(analyzer="char", ngram_range=(1, 4), min_df=5, binary=True, lowercase=False)


def _dense() -> LogisticRegression:
    return LogisticRegression(C=0.5, max_iter=300, solver="liblinear")


def _sparse(strength: float = SPARSE) -> LogisticRegression:
    return LogisticRegression(C=strength, l1_ratio=1, max_iter=300, solver="liblinear", random_state=SEED)


def main() -> int:
    paths = {name: path_of(name, data_folder()) for name in FILES}
    absent = [name for name, path in paths.items() if path is None]
    if absent:
        print(f"not there: {', '.join(absent)}", file=sys.stderr)
        return 2
    files = [decide_file(name, path) for name, path in paths.items() if path]
    put((*table(files), "", CURVE, "", *curve(files)), LEARNED, "--write" in sys.argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
