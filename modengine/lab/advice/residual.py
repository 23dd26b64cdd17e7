"""Text models of character n-grams, for comparison and advice alone: no decision is made from them.

`CharacterModel` tells the rows of a category from harmless ones (TF-IDF of 1 to 4 characters, logistic regression),
`separating` names the few n-grams by which two sets of rows can be told apart (presence of 1 to 4 characters, a linear
model under an L1 penalty, which leaves most weights at 0).  Both are scikit-learn's on LIBLINEAR (R.-E. Fan and others,
LIBLINEAR: a library for large linear classification, JMLR 9, 2008), and see the writing half alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from modengine.errors import InputError
from modengine.lab.advice.rows import AdvisedRows
from modengine.lab.stats.intervals import Floats
from modengine.lab.stats.metrics import Flags

GRAMS = (1, 4)
"""Characters of an n-gram, from and to."""
MOST_GRAMS = 200_000
"""The most frequent ones are kept."""
STRENGTH = 10.0
"""Inverse of the penalty of the model that is compared with a policy."""
SPARSE = 0.3
"""Inverse of the penalty of the model that proposes terms."""
_ITERATIONS = 5_000


class CharacterModel:
    """A model over the n-grams of the writing half; each category is fitted anew."""

    def __init__(self, rows: AdvisedRows, seed: int) -> None:
        """Raises InputError (ME911) where no two texts have a character in common."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  (takes a second to import)

        self._rows, self._seed = rows, seed
        grams = TfidfVectorizer(
            analyzer="char", ngram_range=GRAMS, lowercase=False, min_df=2, max_features=MOST_GRAMS, sublinear_tf=True,
            dtype=np.float64,
        )  # fmt: skip
        try:
            grams.fit([text for text, there in zip(rows.texts, rows.writing, strict=True) if there])
        except ValueError:
            raise InputError(
                "ME911", "no two texts of the writing half have a character in common",
                "is the text in the right column?",
            ) from None  # fmt: skip
        self._grams = grams.transform(rows.texts)

    def scores(self, category: str) -> Floats:
        """(n,): the log odds of each row, higher where it is more like the category, by a fit to the writing half."""
        return self._fitted(category, self._rows.writing, np.ones(len(self._rows.texts), np.bool_))

    def out_of_fold(self, category: str) -> Floats:
        """(n,): the same for rows of the writing half, each by a fit without its fold; NaN elsewhere, and for a fold
        whose others lack one of the two kinds.
        """
        rows = self._rows
        found: Floats = np.full(len(rows.texts), np.nan)
        for fold in np.unique(rows.folds[rows.writing]):
            mine = rows.writing & (rows.folds == fold)
            others = rows.writing & ~mine
            if (rows.own(category) & others).any() and (rows.harmless & others).any():
                found[mine] = self._fitted(category, others, mine)
        return found

    def _fitted(self, category: str, fitted_to: Flags, told: Flags) -> Floats:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

        own = self._rows.own(category)
        there = fitted_to & (own | self._rows.harmless)
        model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=_ITERATIONS, random_state=self._seed)
        model.fit(self._grams[np.flatnonzero(there)], own[there])
        return np.asarray(model.decision_function(self._grams[np.flatnonzero(told)]), np.float64)


def separating(positive: Sequence[str], negative: Sequence[str], fewest: int, seed: int) -> list[tuple[str, float]]:
    """n-grams that speak for the first texts against the second, with their weights, the heaviest first.

    Only those without white space and common marks and, if of letters and digits, of two or more; in at least
    `fewest` texts.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415
    from sklearn.svm import LinearSVC  # noqa: PLC0415

    grams = CountVectorizer(analyzer="char", ngram_range=GRAMS, lowercase=False, min_df=fewest, binary=True)
    try:
        grams.fit(positive)
    except ValueError:  # no n-gram stands in so many texts
        return []
    names = sorted(name for name in grams.get_feature_names_out() if _may_be_proposed(name))
    if not names or not negative:
        return []
    found = CountVectorizer(
        analyzer="char", ngram_range=GRAMS, lowercase=False, binary=True, vocabulary=names, dtype=np.float64
    ).transform([*positive, *negative])
    model = LinearSVC(
        C=SPARSE, penalty="l1", dual=False, class_weight="balanced", max_iter=_ITERATIONS, random_state=seed
    )
    model.fit(found, np.repeat([1, 0], [len(positive), len(negative)]))
    weights = model.coef_[0]
    order = sorted(np.flatnonzero(weights > 0), key=lambda i: (-weights[i], names[i]))
    return [(names[i], float(weights[i])) for i in order]


def _may_be_proposed(gram: str) -> bool:
    """Whether a rule could name it: no white space, no mark that any text has, no number, no single letter."""
    if any(char.isspace() or char in _MARKS for char in gram) or gram.isdigit():
        return False
    return len(gram) > 1 or not gram.isalnum()


_MARKS = frozenset("，。、；：？！“”‘’（）《》…—·,.;:?!\"'()<>-_/\\[]【】~@#*")
