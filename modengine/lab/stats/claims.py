"""What is claimed beforehand, and what is only looked at: tests with the correction that each needs.

A declared outcome, `fraud.recall@review>=0.5`, is tested by the exact binomial test against its bound, on
effective counts as its interval is (`Estimate.p_above`): once whether it is shown, once whether the
contrary is, each corrected with all other declared ones after Holm (1979).

Strata are explored: each against the other harmless rows of its corpus by Fisher's exact test on effective
counts (J. N. K. Rao and A. J. Scott, A simple method for the analysis of clustered binary data, Biometrics
48, 1992), all of them corrected by the false discovery rate of Benjamini and Hochberg (1995).  One stratum
far off would make all others differ from a rest that holds it: such outliers are set aside first
(`permutation.set_aside`), and the others are compared without them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from modengine.errors import InputError
from modengine.lab.data.corpus import HARMLESS, Corpus
from modengine.lab.data.outcomes import DecidedCorpus
from modengine.lab.stats.intervals import LEAST, Estimate
from modengine.lab.stats.metrics import ALL, Figures, Flags, OverBlocking, labelled, rate, strata
from modengine.lab.stats.permutation import ALPHA, set_aside
from modengine.lab.stats.signs import binomial
from modengine.model import Action

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
    p_contrary: float | None
    """One-sided: how likely such rows are if the claim is true; corrected after Holm, as `p_holm` is."""
    verdict: Verdict
    """`shown`: p_holm below 0.05; `contradicted`: p_contrary below 0.05; else `open`."""


class StratumComparison(msgspec.Struct, frozen=True):
    """Over-blocking in a stratum against the other harmless rows of its corpus.  Explored."""

    corpus: str
    stratum: str
    inside: Estimate
    outside: Estimate
    """The other harmless rows, without those of strata that were set aside."""
    p: float | None
    """Two-sided; null where a side has too few effective rows to test."""
    p_bh: float | None
    differs: bool
    """p_bh below 0.05."""
    without: tuple[str, ...]
    """Strata that were set aside, since they lie far from all others."""


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
    p, contrary = (
        [p_of(estimate, claim.at_least == holds, claim.bound) for claim, _, estimate in pairs]
        for holds in (True, False)
    )
    holm, against = adjusted(p, "holm"), adjusted(contrary, "holm")
    return tuple(
        Tested(claim.text, corpus, estimate, p[i], holm[i], against[i], verdict(holm[i], against[i]))
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


def p_of(estimate: Estimate, at_least: bool, bound: float) -> float | None:
    """One-sided p of the claim that a share is at least, or at most, `bound`; None where n is too small to test."""
    if not estimate.supported:
        return None
    p = estimate.p_above(bound) if at_least else estimate.p_below(bound)
    return max(p, sys.float_info.min) if 0 < bound < 1 else p  # too small for a float is not 0


def verdict(p: float | None, contrary: float | None) -> Verdict:
    """What two corrected values say."""
    if p is None or contrary is None:
        return "unsupported"
    return "shown" if p < ALPHA else "contradicted" if contrary < ALPHA else "open"


def adjusted(p: Sequence[float | None], method: Literal["holm", "fdr_bh"]) -> list[float | None]:
    """Corrected values in their places, to the bit those of `statsmodels`; what was not tested counts for nothing."""
    tested = np.array([value for value in p if value is not None])
    order = np.argsort(tested)
    rank = np.arange(1, len(tested) + 1)
    if method == "holm":
        found = np.maximum.accumulate(tested[order] * rank[::-1])
    else:
        found = np.minimum.accumulate((tested[order] / (rank / len(tested)))[::-1])[::-1]
    corrected = iter(np.minimum(found, 1.0)[np.argsort(order)])
    return [None if value is None else float(next(corrected)) for value in p]


def explored(corpora: Sequence[Corpus], outcomes: Sequence[DecidedCorpus]) -> tuple[StratumComparison, ...]:
    """Every stratum of every corpus against the rest of its corpus, at `label` or more."""
    found: list[StratumComparison] = []
    for corpus, result in zip(corpora, outcomes, strict=True):
        if "over-blocking" not in corpus.columns.forbidden:
            found += _compared(corpus, result.hit(None, "label"), labelled(corpus, HARMLESS))
    fdr = adjusted([comparison.p for comparison in found], "fdr_bh")
    return tuple(
        msgspec.structs.replace(comparison, p_bh=p, differs=p is not None and p < ALPHA)
        for comparison, p in zip(found, fdr, strict=True)
    )


def _compared(corpus: Corpus, hit: Flags, harmless: Flags) -> Iterable[StratumComparison]:
    sides = {name: harmless & rows for name, rows in strata(corpus) if name != ALL}
    sides = {name: inside for name, inside in sides.items() if inside.any() and (harmless & ~inside).any()}
    inside = {name: rate(corpus.clusters, hit, rows) for name, rows in sides.items()}

    def against(name: str, less: tuple[str, ...]) -> float | None:
        return fisher(inside[name], rate(corpus.clusters, hit, _rest(harmless, sides, (name, *less))))

    aside = set_aside(list(sides), against)
    for name, rows in sides.items():
        without = tuple(other for other in aside if other != name and not (sides[other] & rows).any())
        outside = rate(corpus.clusters, hit, _rest(harmless, sides, (name, *without)))
        if outside.n:
            yield StratumComparison(
                corpus.name, name, inside[name], outside, fisher(inside[name], outside), None, False, without
            )


def _rest(harmless: Flags, sides: Mapping[str, Flags], less: Sequence[str]) -> Flags:
    return np.asarray(harmless & ~np.any([sides[name] for name in less], axis=0))


def fisher(a: Estimate, b: Estimate) -> float | None:
    """Fisher's exact test, two-sided, on effective counts; None where a side has too few."""
    if not (a.supported and b.supported) or a.value is None or b.value is None:
        return None
    (here, missed_here), (there, missed_there) = _counts(a), _counts(b)
    n, other, hits = here + missed_here, there + missed_there, here + there
    mine = np.arange(max(0, hits - other), min(n, hits) + 1)
    chance = hits / (n + other)  # any would do: given the hits of both, it does not matter
    ways = binomial(n, chance)[mine] * binomial(other, chance)[hits - mine]
    rarer = ways <= ways[mine == here] * (1 + 1e-7)
    return min(1.0, float(ways[rarer].sum() / ways.sum()))


def _counts(estimate: Estimate) -> tuple[int, int]:
    """Hits and misses of the effective rows."""
    assert estimate.value is not None
    n = max(LEAST, round(estimate.effective_n))
    k = min(n, round(estimate.value * n))
    return k, n - k
