"""What is claimed beforehand, and what is only looked at: tests with the correction that each needs.

A declared outcome, `fraud.recall@review>=0.5`, is tested by the exact binomial test against its bound
and corrected with all other declared ones after Holm (1979).  Strata are explored: each against the
other harmless rows of its corpus by Fisher's exact test, all of them corrected by the false discovery
rate of Benjamini and Hochberg (1995).  Clustered counts are first divided by their design effect
(J. N. K. Rao and A. J. Scott, A simple method for the analysis of clustered binary data, Biometrics
48, 1992), so that n is the effective n.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import numpy as np
from scipy.stats import binomtest, fisher_exact
from statsmodels.stats.multitest import multipletests

from modengine.errors import InputError
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.intervals import LEAST, Estimate
from modengine.lab.stats.metrics import ALL, ANY, Figures, OverBlocking, labelled, rate, strata
from modengine.model import RANK, Action

ALPHA = 0.05
_CLAIM = re.compile(
    r"(?:(?P<corpus>[^:]+):)?(?P<category>[\w-]+)\.(?P<figure>recall|precision|over-blocking)"
    r"@(?P<action>label|review|block)\s*(?P<sign>>=|<=)\s*(?P<bound>0?\.\d+|[01](?:\.\d+)?)"
)
Verdict = Literal["shown", "contradicted", "open", "unsupported"]


class Claim(msgspec.Struct, frozen=True):
    """An outcome declared before looking."""

    text: str
    corpus: str | None
    """None for every corpus that can give the figure."""
    category: str
    """`any` for over-blocking by whatever category."""
    figure: Literal["recall", "precision", "over-blocking"]
    action: Action
    at_least: bool
    bound: float


class Tested(msgspec.Struct, frozen=True):
    """A declared outcome on one corpus."""

    claim: str
    corpus: str
    found: Estimate
    p: float | None
    """One-sided: how likely such rows are if the claim is false; null where n is too small to test."""
    p_holm: float | None
    verdict: Verdict
    """`shown`: p_holm below 0.05; `contradicted`: the interval lies on the other side; else `open`."""


class StratumComparison(msgspec.Struct, frozen=True):
    """Over-blocking in a stratum against the other harmless rows of its corpus.  Explored."""

    corpus: str
    stratum: str
    inside: Estimate
    outside: Estimate
    p: float | None
    """Two-sided; null where a side has too few effective rows to test."""
    p_bh: float | None
    differs: bool
    """p_bh below 0.05."""


def read_claim(text: str, categories: Sequence[str]) -> Claim:
    """`[CORPUS:]CATEGORY.FIGURE@ACTION>=SHARE`.  Raises InputError (ME911)."""
    found = _CLAIM.fullmatch(text.strip())
    if found is None:
        raise InputError(
            "ME911", f"`{text}` declares no outcome",
            "write for instance fraud.recall@review>=0.5 or any.over-blocking@label<=0.01",
        )  # fmt: skip
    category, figure = found["category"], found["figure"]
    if category not in categories and not (category == "any" and figure == "over-blocking"):
        raise InputError(
            "ME911", f"`{text}` names the category `{category}`, which the policy does not have",
            f"its categories are {', '.join(categories)}; over-blocking takes `any` too",
        )  # fmt: skip
    action: Action = found["action"]  # type: ignore[assignment]
    return Claim(text.strip(), found["corpus"], category, figure, action, found["sign"] == ">=", float(found["bound"]))  # type: ignore[arg-type]


def declared(claims: Sequence[Claim], found: Sequence[Figures], over: Sequence[OverBlocking]) -> tuple[Tested, ...]:
    """Each claim on each corpus that can give its figure.  Raises InputError where none can."""
    pairs: list[tuple[Claim, str, Estimate]] = []
    for claim in claims:
        mine = [
            (claim, corpus, estimate)
            for corpus, estimate in _estimates(claim, found, over)
            if estimate.value is not None
        ]
        if not mine:
            raise InputError(
                "ME911", f"no corpus gives the figure that `{claim.text}` declares",
                "it needs rows of the category, an action that the category can take, and a card that allows it",
            )  # fmt: skip
        pairs += mine
    p = [_binomial(estimate, claim.at_least, claim.bound) for claim, _, estimate in pairs]
    holm = adjusted(p, "holm")
    return tuple(
        Tested(claim.text, corpus, estimate, p[i], holm[i], _verdict(claim, estimate, holm[i]))
        for i, (claim, corpus, estimate) in enumerate(pairs)
    )


def _estimates(claim: Claim, found: Sequence[Figures], over: Sequence[OverBlocking]) -> Iterable[tuple[str, Estimate]]:
    if claim.category == "any":
        for blocked in over:
            if blocked.stratum == ALL and blocked.action == claim.action and claim.corpus in (None, blocked.corpus):
                yield blocked.corpus, blocked.share
        return
    for figures in found:
        same = figures.category == claim.category and figures.action == claim.action and figures.stratum == ALL
        if same and claim.corpus in (None, figures.corpus):
            yield figures.corpus, getattr(figures, claim.figure.replace("-", "_"))


def _binomial(estimate: Estimate, at_least: bool, bound: float) -> float | None:
    if not estimate.supported or estimate.value is None:
        return None
    n = max(1, round(estimate.effective_n))
    k = min(n, round(estimate.value * n))
    return float(binomtest(k, n, bound, alternative="greater" if at_least else "less").pvalue)


def _verdict(claim: Claim, estimate: Estimate, p: float | None) -> Verdict:
    if p is None or estimate.low is None or estimate.high is None:
        return "unsupported"
    if p < ALPHA:
        return "shown"
    beyond = estimate.high < claim.bound if claim.at_least else estimate.low > claim.bound
    return "contradicted" if beyond else "open"


def adjusted(p: Sequence[float | None], method: Literal["holm", "fdr_bh"]) -> list[float | None]:
    """Corrected values in their places; what was not tested counts for nothing."""
    tested = [value for value in p if value is not None]
    if not tested:
        return list(p)
    corrected = iter(multipletests(tested, ALPHA, method=method)[1])
    return [None if value is None else float(next(corrected)) for value in p]


def explored(corpora: Sequence[Corpus], outcomes: Sequence[DecidedCorpus], seed: int) -> tuple[StratumComparison, ...]:
    """Every stratum of every corpus against the rest of its corpus, at `label` or more."""
    pairs: list[tuple[str, str, Estimate, Estimate]] = []
    for corpus, result in zip(corpora, outcomes, strict=True):
        if "over-blocking" in corpus.columns.forbidden:
            continue
        harmless = labelled(corpus, HARMLESS)
        hit = np.asarray(result.highest() >= RANK["label"])
        sides = [(name, harmless & rows) for name, rows in strata(corpus) if name != ALL]
        for name, inside in sides:
            outside = harmless & ~inside
            if inside.any() and outside.any():
                pairs.append(
                    (
                        corpus.name, name,
                        rate(corpus.clusters, hit, inside, seed), rate(corpus.clusters, hit, outside, seed),
                    )
                )  # fmt: skip
    p = [_fisher(a, b) for *_, a, b in pairs]
    fdr = adjusted(p, "fdr_bh")
    return tuple(
        StratumComparison(corpus, name, a, b, p[i], fdr[i], (fdr[i] or 1.0) < ALPHA if fdr[i] is not None else False)
        for i, (corpus, name, a, b) in enumerate(pairs)
    )


def _fisher(a: Estimate, b: Estimate) -> float | None:
    if not (a.supported and b.supported):
        return None
    return float(fisher_exact([_counts(a), _counts(b)])[1])


def _counts(estimate: Estimate) -> tuple[int, int]:
    """Hits and misses of the effective rows."""
    assert estimate.value is not None
    n = max(LEAST, round(estimate.effective_n))
    k = min(n, round(estimate.value * n))
    return k, n - k


__all__ = ["ALL", "ANY", "Claim", "StratumComparison", "Tested", "adjusted", "declared", "explored", "read_claim"]
