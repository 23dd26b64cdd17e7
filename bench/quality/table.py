"""docs/quality.md: every measure beside its aim, the price of catching more, the evasion and the fairness."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.quality.compare import among, hit, rows_of
from bench.quality.decisions import CATEGORIES, ROOT, Decided, pooled
from bench.quality.measures import KINDS, MEASURES, SECTIONS, WITHOUT_HALVES, Measure
from modengine import Engine
from modengine.lab.data.templates import shipped_templates
from modengine.lab.stats.intervals import Estimate, Floats, Ints, bounds, by_cluster, proportion, resample
from modengine.lab.stats.metrics import ALL
from modengine.lab.studies.evade import evade
from modengine.lab.studies.fairness import fairness

FOLDER = Path(__file__).parent
NOTES, BEFORE = FOLDER / "notes.md", FOLDER / "before.json"
LEARNED, ELSEWHERE, FITTED = FOLDER / "learned.md", FOLDER / "elsewhere.md", FOLDER / "fit.md"
PAGE = ROOT / "docs" / "quality.md"
SEED = 1
ORDINARY = tuple(dict.fromkeys(file for measure in KINDS for file in measure.files))
THRESHOLDS = (30, 40, 50, 60, 70, 80, 90)


def put(lines: Iterable[str], path: Path, write: bool) -> None:
    """Writes a page, or prints it."""
    text = "".join(f"{line}\n" for line in lines)
    if write:
        path.write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text, end="")


def share(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "none"
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)}), n {estimate.n:,}"


def percent(share: float) -> str:
    return f"{share:.2%}" if share < 0.02 else f"{share:.1%}"


def estimates(measure: Measure, decided: Decided) -> tuple[Estimate, Estimate, Estimate, tuple[float, float] | None]:
    """All rows, the writing half, the checking half, and the interval of the gap (writing less checking)."""
    taken, flags = among(measure, decided), hit(measure, decided)
    counts: list[tuple[Ints, Ints]] = []
    for side in (None, 0, 1):
        rows = taken if side is None else taken & (decided.halves == side)
        k, n = by_cluster(decided.clusters, rows & flags), by_cluster(decided.clusters, rows)
        counts.append((k[n > 0], n[n > 0]))
    whole, writing, checking = (proportion(k, n) for k, n in counts)
    gap = None
    if len(counts[1][0]) and len(counts[2][0]):
        gap = bounds(_shares(counts[1], SEED) - _shares(counts[2], SEED + 1))
    return whole, writing, checking, gap


def _shares(counts: tuple[Ints, Ints], seed: int) -> Floats:
    return resample(counts, seed, lambda k, n: k / np.maximum(n, 1))


def judged(measure: Measure, decided: Decided) -> tuple[Estimate, bool]:
    """The figure that the aim is held against, and whether it is reached."""
    whole, _, checking, _ = estimates(measure, decided)
    figure = whole if measure.half == "all" else checking
    value = figure.value or 0.0
    return figure, value >= measure.aim if measure.harm else value <= measure.aim


def rows(measures: Sequence[Measure], files: Mapping[str, Decided], before: Mapping[str, float]) -> Iterator[str]:
    yield "| measure | aim | before | now | writing half | gap, points | reached |"
    yield "|---|---|---|---|---|---|---|"
    for measure in measures:
        if (decided := rows_of(measure, files)) is None:
            continue
        figure, reached = judged(measure, decided)
        aim = f"{'≥' if measure.harm else '≤'} {measure.aim:.2%}".replace(".00%", "%")
        was = percent(before[measure.name]) if measure.name in before else "–"
        halves = "– | –"
        if measure.half == "checking" and not WITHOUT_HALVES & set(measure.files):
            _, writing, _, gap = estimates(measure, decided)
            halves = f"{percent(writing.value or 0)} | " + (
                "–" if gap is None else f"{gap[0] * 100:.1f} to {gap[1] * 100:.1f}"
            )
        yield f"| {measure.name} | {aim} | {was} | {share(figure)} | {halves} | {'yes' if reached else '**no**'} |"


def evasion(engine: Engine) -> Iterator[str]:
    """What is kept of the examples at strength 1; the aim is 80 %."""
    found = evade(engine, examples=True, price=False, seed=SEED)
    yield "| disguise | kept of the examples caught | reached |"
    yield "|---|---|---|"
    for caught in found.kept:
        if caught.category == ALL and caught.strength == 1:
            reached = (caught.kept.value or 0) >= 0.8
            yield f"| {caught.kind} | {share(caught.kept)} | {'yes' if reached else '**no**'} |"


def prices(files: Mapping[str, Decided]) -> Iterator[str]:
    """What another threshold would catch and hit: recall and ordinary texts, checking halves."""
    ordinary = pooled([files[name] for name in ORDINARY if name in files])
    plain = np.zeros(len(ordinary.rows), np.bool_)
    for measure in KINDS:
        plain |= among(measure, ordinary)
    plain &= ordinary.halves == 1
    shown = [m for m in (*SECTIONS["What is caught"], *SECTIONS["Own messages"]) if m.harm and m.files[0] in files]
    yield "| measure | " + " | ".join(f"from {t}" for t in THRESHOLDS) + " |"
    yield "|---" * (len(THRESHOLDS) + 1) + "|"
    for category in CATEGORIES:
        column = CATEGORIES.index(category)
        shares = [float((ordinary.scores[plain, column] >= t).mean()) for t in THRESHOLDS]
        yield f"| **{category}: ordinary texts**, n {int(plain.sum()):,} | " + " | ".join(map(percent, shares)) + " |"
        for measure in shown:
            if measure.categories == (category,) and (decided := rows_of(measure, files)) is not None:
                taken = among(measure, decided) & ((decided.halves == 1) | (measure.half == "all"))
                shares = [float((decided.scores[taken, column] >= t).mean()) for t in THRESHOLDS]
                yield f"| {measure.name}, n {int(taken.sum()):,} | " + " | ".join(map(percent, shares)) + " |"


def fair(engine: Engine) -> str:
    """How many templates decide otherwise for somebody else."""
    result = fairness(engine)
    roles = {sentence.text for sentence in shipped_templates().sentences if sentence.kind == "role"}
    unequal = [row.template for row in result.rows if row.changes_action]
    of_roles = [text for text in unequal if text in roles]
    count = len(result.rows) - len(roles)
    return (
        f"Fairness: {len(of_roles)} of {len(roles)} templates change their action with the role that is named, "
        f"{len(unequal) - len(of_roles)} of {count} with the group (aim 0)."
    )


def page(files: Sequence[Decided], engine: Engine) -> str:
    by_name = {decided.name: decided for decided in files}
    before: dict[str, float] = json.loads(BEFORE.read_text("utf-8")) if BEFORE.exists() else {}
    parts = [
        "# Quality",
        "",
        "How the shipped policy does on the development data and on the project's own samples, with scope and period",
        "ignored. Written by `python -m bench.quality.run --write`; aggregates only. *Now* is the checking half, whose",
        "texts nobody who wrote rules has read, or the whole file where there are no halves; *before* is the policy",
        "of the version before on the same rows. An interval is of 95 %; near-duplicates count as clusters. The gap is",
        "the writing half less the checking half, by resampling clusters.",
    ]
    for title, measures in SECTIONS.items():
        parts += ["", f"## {title}", "", *rows(measures, by_name, before)]
    examples = [rule for rule in engine.policy.rules if rule.status != "draft"]
    misses = sum(len(rule.examples.known_miss) for rule in examples)
    alarms = sum(len(rule.examples.known_false_alarm) for rule in examples)
    parts += [
        "",
        fair(engine),
        "",
        f"Examples: {len(examples)} rules; {misses} known misses and {alarms} known false alarms are listed in them.",
        "",
        "## Elsewhere",
        "",
        "Texts of public packages, by people who never heard of rules; all are harmless. The first column counts what",
        "went to review when they were first decided (December 2026). What did was read then and rules were mended by",
        "it: the last column is no figure of unread texts. `python -m bench.quality.elsewhere FOLDER`; its head says",
        "how to come by the packages.",
        "",
        *ELSEWHERE.read_text("utf-8").splitlines(),
        "",
        "## Disguises at strength 1",
        "",
        *evasion(engine),
        "",
        "## The price of catching more",
        "",
        "What would be reviewed if review began at so many points (it begins at 50; rumour is labelled at 40):",
        "",
        *prices(by_name),
        "",
        "## What points a fit would give",
        "",
        "`modengine fit` looks for the points that find most of the writing halves under a limit on alarms in each",
        "kind of text. Found and ordinary: at review, for rumour at label; with fitted points: out of fold. Outside:",
        "rules whose points lie beyond what 95 % of the fits to drawn texts give; the page of a rule says what they",
        "give. The points stay as they are where a fit finds no more at as many alarms",
        "(`python -m bench.quality.fit --write`).",
        "",
        *FITTED.read_text("utf-8").splitlines(),
        "",
        "## Beside a table of weights",
        "",
        "What it costs that rules can be read. A logistic regression over sequences of up to four characters was",
        "fitted to the rows that writers of rules read; its threshold is where it has as many alarms as the rules have",
        "among the same harmless texts (`python -m bench.quality.learned --write`). Such a table knows no clauses.",
        "",
        *LEARNED.read_text("utf-8").splitlines(),
        "",
        NOTES.read_text("utf-8").rstrip(),
    ]
    return "\n".join(parts) + "\n"


def figures(files: Sequence[Decided]) -> dict[str, float]:
    """Measure to the share that its aim is held against."""
    by_name = {decided.name: decided for decided in files}
    found = {measure: rows_of(measure, by_name) for measure in MEASURES}
    return {m.name: judged(m, decided)[0].value or 0.0 for m, decided in found.items() if decided is not None}


def write(files: Sequence[Decided], engine: Engine, path: Path = PAGE) -> None:
    path.write_text(page(files, engine), encoding="utf-8", newline="\n")
