"""The rows that points are fitted to, and why some cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from modengine.errors import InputError
from modengine.lab.data.clusters import numbered
from modengine.lab.data.corpus import Corpus, shown_value
from modengine.lab.data.hits import RowHits, stratum_names
from modengine.lab.data.without import counting
from modengine.lab.stats.intervals import Ints
from modengine.lab.stats.metrics import Flags
from modengine.policy.model import Policy

FEWEST = 20
"""Rows of the category, and ordinary rows, that a fit needs."""
FEWEST_CLUSTERS = 5
"""Clusters in which the rows of the category must stand."""
CHANNEL_KINDS = ("enum", "string")
"""Kinds of fields whose values a condition can name."""


@dataclass(frozen=True)
class FitRows:
    """The n rows of all corpora, one after another."""

    hits: RowHits
    labels: tuple[str | None, ...]
    """The category of each row; None where its card forbids recall, and outside of the channel."""
    names: tuple[str | None, ...]
    """The stratum of ordinary speech that each row stands for."""
    clusters: Ints
    folds: Ints
    sources: Ints
    """The number of each row's corpus."""

    def own(self, category: str) -> Flags:
        return np.array([label == category for label in self.labels], np.bool_)

    def of_channel(self, corpora: Sequence[Corpus], field: str, value: str) -> FitRows:
        """The rows of one channel; all others are neither ordinary nor of a category."""
        mine = [_value(message.fields, field) == value for corpus in corpora for message in corpus.messages]
        labels = tuple(label if there else None for label, there in zip(self.labels, mine, strict=True))
        names = tuple(name if there else None for name, there in zip(self.names, mine, strict=True))
        return replace(self, labels=labels, names=names)


def fit_rows(corpora: Sequence[Corpus], hits: RowHits, folds: int, seed: int) -> FitRows:
    """The rows of some corpora, in so many folds, none of which shares a cluster with another."""
    return FitRows(
        hits,
        tuple(None if "recall" in corpus.columns.forbidden else label for corpus in corpora for label in corpus.labels),
        stratum_names(corpora),
        numbered(corpus.clusters for corpus in corpora),
        np.concatenate([corpus.folds(folds, seed) for corpus in corpora]),
        np.repeat(np.arange(len(corpora)), [len(corpus) for corpus in corpora]),
    )


def channel_values(corpora: Sequence[Corpus], field: str | None) -> tuple[str, ...]:
    """The values of the field that tells the channel, by name."""
    found = (_value(message.fields, field or "") for corpus in corpora for message in corpus.messages)
    return tuple(sorted({value for value in found if value is not None}))


def _value(fields: Mapping[str, object], field: str) -> str | None:
    value = fields.get(field)
    return None if value is None else shown_value(value)


def refuse(policy: Policy, corpora: Sequence[Corpus], categories: Sequence[str], by: str | None) -> None:
    """Raises InputError (ME911) for what makes no sense before a row is decided."""
    unknown = sorted(set(categories) - set(policy.categories))
    if unknown:
        names = ", ".join(policy.categories)
        raise InputError("ME911", f"the policy has no category `{unknown[0]}`", f"its categories are {names}")
    if not any(name is not None for name in stratum_names(corpora)):
        names = ", ".join(f"`{corpus.name}`" for corpus in corpora)
        raise InputError(
            "ME911", f"{names} has no ordinary rows, and points that nothing limits would hit everything",
            "name the labels of harmless rows with --none, or add a corpus of ordinary speech",
        )  # fmt: skip
    if by is None:
        return
    known = {field.name: field.type for field in policy.fields.values()}
    if known.get(by) not in CHANNEL_KINDS:
        why = "is no field of the policy" if by not in known else f"is of kind {known[by]}, which tells no channel"
        fits = ", ".join(name for name, kind in known.items() if kind in CHANNEL_KINDS) or "none"
        raise InputError("ME911", f"`{by}` {why}", f"fields of kind {' or '.join(CHANNEL_KINDS)}: {fits}")
    if not channel_values(corpora, by):
        raise InputError("ME911", f"no row has the field `{by}` (--by)", "take a corpus whose rows tell their channel")


def unfit(policy: Policy, rows: FitRows, category: str) -> str | None:
    """Why a category cannot be fitted."""
    if not policy.actions.get(category):
        return "it has no step to reach"
    if not any(rule.category == category for rule in counting(policy)):
        return "it has no rule that counts"
    own = rows.own(category)
    if not own.any():
        return "no row is labelled with it"
    if own.sum() < FEWEST:
        return f"it has {int(own.sum())} rows, and {FEWEST} are needed"
    if len(np.unique(rows.clusters[own])) < FEWEST_CLUSTERS:
        return f"its rows are versions of fewer than {FEWEST_CLUSTERS} texts"
    ordinary = sum(name is not None for name in rows.names)
    return f"there are {ordinary} ordinary rows, and {FEWEST} are needed" if ordinary < FEWEST else None


def all_unfit(left_out: Mapping[str, str]) -> InputError:
    reasons = "; ".join(f"{name}: {why}" for name, why in left_out.items())
    return InputError(
        "ME911", f"no category can be fitted ({reasons})",
        "give more labelled rows, and say what labels mean with --label and --map",
    )  # fmt: skip
