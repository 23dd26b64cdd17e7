"""How often the intervals of `modengine estimate` hold a truth that is known.

    python bench/coding.py [--draws 1000] [--only NAME] [--write]

Corpora are made of strata with known shares; each draw is a sample by design, coded by people who err, and
estimated as the command does.  Where coders err, the truth is what coders like these say on average; where their
disagreements are settled, what is so; beyond the corpus, the share from which corpora are made.  Prints a table,
and with `--write` puts it into bench/results/coding.json.  Exit code 1 if a share of draws lies outside 91 to
98.5 % (what was coded whole apart, which is known).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from modengine.lab.coding.codes import CodedSheet, CoderCounts  # noqa: E402
from modengine.lab.coding.draw import allocate, drawn  # noqa: E402
from modengine.lab.coding.estimate import estimate  # noqa: E402
from modengine.lab.coding.key import FrameCell, HitShare, KeyRow, SampleKey  # noqa: E402
from modengine.lab.coding.sample import effective_rows  # noqa: E402
from modengine.lab.data.stamp import CorpusStamp, Stamp  # noqa: E402
from modengine.lab.stats.metrics import ALL  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "coding.json"
FIGURES = ("precision", "recall", "prevalence")
Stratum = tuple[float, bool, float]
"""Its share of the corpus, whether it is hit, and the share of its rows that are of the category."""
THREE: tuple[Stratum, ...] = ((0.02, True, 0.9), (0.02, True, 0.6), (0.02, True, 0.4), (0.94, False, 0.03))
MANY: tuple[Stratum, ...] = (
    (0.005, True, 0.95), (0.01, True, 0.8), (0.02, True, 0.5), (0.005, True, 0.9), (0.01, True, 0.6),
    (0.3, False, 0.02), (0.5, False, 0.005), (0.15, False, 0.04),
)  # fmt: skip
RARE: tuple[Stratum, ...] = ((0.002, True, 0.8), (0.003, True, 0.5), (0.995, False, 0.002))
HALF: tuple[Stratum, ...] = ((0.3, True, 0.9), (0.3, True, 0.6), (0.4, False, 0.1))


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    strata: tuple[Stratum, ...]
    rows: int = 20_000
    drawn: int = 400
    coders: int = 1
    misses: float = 0.0
    """Of rows of the category, the share that a coder does not see."""
    alarms: float = 0.0
    """Of other rows, the share that a coder takes for one."""
    strict: float = 0.0
    """Standard deviation between coders, in logits."""
    overlap: float = 1.0
    settled: bool = False
    cluster: int = 0
    """Mean rows of a cluster, of a corpus that stands for more; 0 for a corpus that stands for itself."""


SCENARIOS = (
    Scenario("three strata hit, 300 rows", THREE, drawn=300),
    Scenario("three strata hit, 1,000 rows", THREE, drawn=1_000),
    Scenario("many strata", MANY),
    Scenario("rare: 5 in 1,000 hit, 1,000 rows", RARE, drawn=1_000),
    Scenario("balanced", HALF),
    Scenario("small corpus, every hit row coded", MANY, rows=2_000, drawn=600),
    Scenario("two coders who slip", THREE, coders=2, misses=0.1, alarms=0.01),
    Scenario("two coders who slip, most rows coded", THREE, 2_000, 1_200, coders=2, misses=0.1, alarms=0.02),
    Scenario("three coders who slip, many strata", MANY, coders=3, misses=0.1, alarms=0.02),
    Scenario("two coders, one stricter", THREE, coders=2, misses=0.1, alarms=0.02, strict=0.5),
    Scenario("three coders, some stricter", THREE, coders=3, misses=0.1, alarms=0.02, strict=0.5),
    Scenario("five coders, some stricter, many strata", MANY, coders=5, misses=0.1, alarms=0.02, strict=0.5),
    Scenario("two coders, three in ten rows by both", THREE, coders=2, misses=0.1, alarms=0.01, overlap=0.3),
    Scenario("three coders, some stricter, a fifth by all", MANY, 20_000, 400, 3, 0.1, 0.02, strict=0.3, overlap=0.2),
    Scenario("two coders, settled", THREE, coders=2, misses=0.1, alarms=0.01, settled=True),
    Scenario("beyond the corpus, no clusters", THREE, rows=5_000, drawn=1_000, cluster=1),
    Scenario("beyond the corpus, clusters of three", THREE, rows=5_000, drawn=1_500, cluster=3),
)  # fmt: skip

FAR = (
    Scenario("two coders, a whole logit apart", THREE, coders=2, misses=0.1, alarms=0.02, strict=1.0),
    Scenario("three coders, a whole logit apart", THREE, coders=3, misses=0.1, alarms=0.02, strict=1.0),
)
"""Coders who differ more than the intervals allow for: told of, and not counted in the exit code."""


def _logit(p: np.ndarray) -> np.ndarray:
    return np.asarray(np.log(p / (1 - p)))


def _opinion(truth: np.ndarray, s: Scenario) -> np.ndarray:
    """What coders like these say of each row on average."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()

    def mean(p: float) -> float:
        if p in (0.0, 1.0):
            return p
        return float((weights / (1 + np.exp(-(_logit(np.array(p)) + s.strict * nodes)))).sum())

    return np.where(truth == 1, mean(1 - s.misses), mean(s.alarms))


def _votes(truth: np.ndarray, s: Scenario, random: np.random.Generator) -> np.ndarray:
    base = np.clip(np.where(truth == 1, 1 - s.misses, s.alarms), 1e-9, 1 - 1e-9)
    chance = 1 / (1 + np.exp(-(_logit(base)[:, None] + random.normal(0, s.strict, s.coders))))
    votes = (random.random((len(truth), s.coders)) < chance).astype(np.float64)
    alone = random.random(len(truth)) >= s.overlap
    who = random.integers(0, s.coders, len(truth))
    votes[alone[:, None] & (np.arange(s.coders) != who[:, None])] = np.nan
    return votes


def _made(s: Scenario, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stratum, truth and cluster of each row of a corpus."""
    shares, p = np.array([x for x, _, _ in s.strata]), np.array([x for _, _, x in s.strata])
    if s.cluster <= 1:
        strata = random.choice(len(p), s.rows, p=shares) if s.cluster else np.repeat(
            np.arange(len(p)), np.round(shares * s.rows).astype(int)
        )  # fmt: skip
        return strata, (random.random(len(strata)) < p[strata]).astype(float), np.arange(len(strata))
    sizes = random.geometric(1 / s.cluster, s.rows // s.cluster)
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    strata = random.choice(len(p), len(sizes), p=shares)[cluster]
    alike = (random.random(len(sizes)))[cluster] < p[strata]
    alone = random.random(len(cluster)) < p[strata]
    return strata, np.where(random.random(len(cluster)) < 0.5, alike, alone).astype(float), cluster


def held(s: Scenario, draws: int, seed: int = 1) -> Iterator[tuple[bool, ...]]:
    """For each draw whether the interval of each figure holds the truth."""
    random = np.random.default_rng(seed)
    hit = np.array([x for _, x, _ in s.strata])
    corpus = _made(s, random)
    for number in range(draws):
        if s.cluster and number:
            corpus = _made(s, random)
        strata, truth, _ = corpus
        inside = hit[strata]
        said = truth if s.settled or not s.misses else _opinion(truth, s)
        true = (said[inside].mean(), said[inside].sum() / said.sum(), said.mean())
        if s.cluster:
            shares, p = np.array([x for x, _, _ in s.strata]), np.array([x for _, _, x in s.strata])
            right, whole = (shares * p)[hit].sum(), (shares * p).sum()
            true = (right / shares[hit].sum(), right / whole, whole)
        sizes = np.bincount(strata, minlength=len(hit))
        counts = allocate(tuple(map(int, sizes)), s.drawn, "root")
        rows = drawn(strata, counts, random)
        key, sheets, settled = _coded(s, corpus, sizes, counts, rows, random)
        result = estimate(key, sheets, key.stamp, number, settled=settled, beyond=bool(s.cluster), figures_of=("c",))
        (figures,) = result.figures
        estimates = (figures.precision, figures.recall, figures.prevalence)
        yield tuple(
            e.low is not None and e.high is not None and e.low - 1e-9 <= t <= e.high + 1e-9
            for e, t in zip(estimates, true, strict=True)
        )


def _coded(
    s: Scenario, corpus: tuple[np.ndarray, ...], sizes: np.ndarray, counts: Sequence[int], rows: np.ndarray,
    random: np.random.Generator,
) -> tuple[SampleKey, tuple[CodedSheet, ...], CodedSheet | None]:  # fmt: skip
    """The sample as its files would have it."""
    strata, truth, cluster = corpus
    hit = np.array([x for _, x, _ in s.strata])
    cells = tuple(
        FrameCell(f"stratum {i}", "", ("review" if hit[i] else "allow",), int(sizes[i]), counts[i])
        for i in range(len(hit))
    )
    found = tuple(
        KeyRow(f"r{i}", int(i) + 1, None, int(strata[i]), counts[strata[i]] / sizes[strata[i]], int(cluster[i]), (1,))
        for i in rows
    )
    shares: tuple[HitShare, ...] = ()
    if s.cluster:
        shares = (HitShare(ALL, "c", "review", effective_rows(cluster, hit[strata])),)
    about = CorpusStamp("made", "", len(strata), 0, {}, 0, "", None, False, True, (), "", "", "", "")
    stamp = Stamp("sample", "made", "", (about,), 1, "", True)
    key = SampleKey(1, "", stamp, ("action",), s.coders, ("c",), {"c": ("review",)}, cells, found, shares)
    votes = _votes(truth[rows], s, random)
    sheets = tuple(
        _sheet(str(j), {found[i].id: vote for i, vote in enumerate(votes[:, j]) if not np.isnan(vote)})
        for j in range(s.coders)
    )
    if not s.settled:
        return key, sheets, None
    apart = [i for i, row in enumerate(votes) if np.nanmin(row) != np.nanmax(row)]
    return key, sheets, _sheet("settled", {found[i].id: truth[rows[i]] for i in apart})


def _sheet(name: str, said: dict[str, float]) -> CodedSheet:
    codes = {row: frozenset({"c"}) if vote else frozenset[str]() for row, vote in said.items()}
    return CodedSheet(name, codes, {}, CoderCounts(name, len(codes), 0, 0, 0, 0))


def coverage(s: Scenario, draws: int) -> dict[str, float]:
    """The share of the draws whose interval holds the truth, for each figure."""
    shares = np.array(list(held(s, draws))).mean(axis=0)
    return {name: round(float(share), 3) for name, share in zip(FIGURES, shares, strict=True)}


def table(found: dict[str, dict[str, float]]) -> str:
    """As Markdown."""
    lines = [f"| | {' | '.join(FIGURES)} |", f"|---|{'---|' * len(FIGURES)}"]
    lines += [f"| {name} | {' | '.join(f'{100 * shares[f]:.1f}' for f in FIGURES)} |" for name, shares in found.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--only")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    far: dict[str, dict[str, float]] = {}
    for into, scenarios in ((found, SCENARIOS), (far, FAR)):
        for s in scenarios:
            if given.only in (None, s.name):
                into[s.name] = coverage(s, given.draws)
                print(s.name, into[s.name], file=sys.stderr, flush=True)
    print(table(found | far), end="")
    if given.write:
        kept = {"draws": given.draws, "coverage": found, "far": far}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    wrong = [n for n, shares in found.items() if "every hit row" not in n
             and not all(0.91 <= share <= 0.985 for share in shares.values())]  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
