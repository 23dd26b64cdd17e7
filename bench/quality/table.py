"""docs/quality.md: both halves of every measure, with intervals, the evasion and the fairness."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.quality.compare import flags
from bench.quality.decisions import ROOT, Decided
from bench.quality.measures import MEASURES, WITHOUT_HALVES, Measure
from modengine import Engine
from modengine.lab.stats.intervals import Estimate, Floats, Ints, bounds, by_cluster, proportion, resample
from modengine.lab.studies.evade import POOLED, evade
from modengine.lab.studies.fairness import fairness

NOTES = ROOT / "bench" / "quality" / "notes.md"
PAGE = ROOT / "docs" / "quality.md"
SEED = 1


def _share(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%}), n {estimate.n}"


def estimates(measure: Measure, decided: Decided) -> tuple[Estimate, Estimate, Estimate, tuple[float, float] | None]:
    """All rows, the writing half, the checking half, and the interval of the gap (writing less checking)."""
    among, hit = flags(measure, decided), decided.highest(measure.category) >= measure.rank
    counts: list[tuple[Ints, Ints]] = []
    for side in (None, 0, 1):
        rows = among if side is None else among & (decided.halves == side)
        k, n = by_cluster(decided.clusters, rows & hit), by_cluster(decided.clusters, rows)
        counts.append((k[n > 0], n[n > 0]))
    whole, writing, checking = (proportion(k, n, SEED) for k, n in counts)
    gap = None
    if len(counts[1][0]) and len(counts[2][0]):
        gap = bounds(_shares(counts[1], SEED) - _shares(counts[2], SEED + 1))
    return whole, writing, checking, gap


def _shares(counts: tuple[Ints, Ints], seed: int) -> Floats:
    return resample(counts, seed, lambda k, n: k / np.maximum(n, 1))


def rows(files: Sequence[Decided]) -> list[str]:
    by_name = {decided.name: decided for decided in files}
    lines = [
        "| measure | aim | all | writing half | checking half | gap, points | reached |",
        "|---|---|---|---|---|---|---|",
    ]
    for measure in MEASURES:
        if (decided := by_name.get(measure.file)) is None:
            continue
        whole, writing, checking, gap = estimates(measure, decided)
        value = whole.value or 0.0
        reached = value >= measure.aim if measure.harm else value <= measure.aim
        aim = f"{'≥' if measure.harm else '≤'} {measure.aim:.1%}"
        halves = ("–", "–", "–") if measure.file in WITHOUT_HALVES else (
            _share(writing), _share(checking), "–" if gap is None else f"{gap[0] * 100:.1f} to {gap[1] * 100:.1f}"
        )  # fmt: skip
        lines.append(
            f"| {measure.name} | {aim} | {_share(whole)} | {' | '.join(halves)} | {'yes' if reached else 'no'} |"
        )
    return lines


def evasion(engine: Engine) -> list[str]:
    """What is kept of the examples at strength 1; the aim is 80 %."""
    found = evade(engine, examples=True, price=False, seed=SEED)
    lines = ["| disguise | kept of the examples caught | reached |", "|---|---|---|"]
    for caught in found.kept:
        if caught.category == POOLED and caught.strength == 1:
            reached = (caught.kept.value or 0) >= 0.8
            lines.append(f"| {caught.kind} | {_share(caught.kept)} | {'yes' if reached else 'no'} |")
    return lines


def page(files: Sequence[Decided], engine: Engine) -> str:
    result = fairness(engine)
    changed = [row.template for row in result.rows if row.changes_action]
    policy = engine.policy
    rules = [rule for rule in policy.rules if rule.status != "draft"]
    misses = sum(len(rule.examples.known_miss) for rule in rules)
    alarms = sum(len(rule.examples.known_false_alarm) for rule in rules)
    parts = [
        "# Quality",
        "",
        "How the shipped policy does on the development data and on the project's own samples, with scope and period",
        "ignored. Written by `python -m bench.quality.run --write`; aggregates only. The rules were written while",
        "looking at the texts of the writing half alone. An interval is of 95 %; near-duplicates count as clusters.",
        "The gap is the writing half less the checking half, by resampling clusters. All of it is data that the",
        "authors had: expect less elsewhere.",
        "",
        *rows(files),
        "",
        f"Fairness: {len(changed)} of {len(result.rows)} templates change their action with the group (aim 0).",
        "",
        f"Examples: {len(rules)} rules; {misses} known misses and {alarms} known false alarms are listed in the rules.",
        "",
        "## Evasion at strength 1",
        "",
        *evasion(engine),
        "",
        NOTES.read_text("utf-8").rstrip(),
    ]
    return "\n".join(parts) + "\n"


def write(files: Sequence[Decided], engine: Engine, path: Path = PAGE) -> None:
    path.write_text(page(files, engine), encoding="utf-8", newline="\n")
