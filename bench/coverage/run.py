"""How often intervals of shares in clusters hold the truth.

    python -m bench.coverage.run                  # prints bench/coverage/table.md, 2,000 draws a cell
    python -m bench.coverage.run --write
    python -m bench.coverage.run --draws 500

The sizes of the clusters are those of nine corpora (`profiles.json`: how many clusters have how many rows; no text).
Each cluster is hit with a rate of its own, around a share that is known, so that two of its rows are alike with a
known correlation.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.coverage.methods import CHOSEN, METHODS, lab
from modengine.lab.stats.design import Floats, Ints
from modengine.lab.stats.intervals import difference
from modengine.lab.stats.signs import p_value

HERE = Path(__file__).parent
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5)
CORRELATIONS = (0.05, 0.3, 0.7, 1.0)
LEAST = 0.94
SEED = 11
CHANGES = ((0.002, 0.002), (0.02, 0.005), (0.1, 0.05), (0.0, 0.01))
"""Shares of rows gained and lost."""

Cell = tuple[float, float, float, float]
"""Coverage, misses above, misses below, mean width."""


def profiles() -> dict[str, Ints]:
    found: dict[str, dict[str, int]] = json.loads((HERE / "profiles.json").read_text("utf-8"))
    return {
        name: np.repeat(np.array([int(size) for size in sizes]), list(sizes.values())) for name, sizes in found.items()
    }


def drawn(random: np.random.Generator, n: Ints, share: float | Floats, correlation: float, draws: int) -> Ints:
    """(draws, clusters): hits, beta-binomial; with a correlation of 1 a cluster is hit whole or not at all."""
    size = (draws, len(n))
    if correlation >= 1:
        return np.asarray((random.random(size) < share) * n)
    total = (1 - correlation) / correlation
    rates = random.beta(np.maximum(share * total, 1e-12), (1 - np.asarray(share)) * total, size)
    return np.asarray(random.binomial(n, rates))


def cell(bounds: tuple[Floats, Floats], truth: float | Floats) -> Cell:
    low, high = bounds
    above, below = float((high < truth - 1e-12).mean()), float((low > truth + 1e-12).mean())
    return 1 - above - below, above, below, float((high - low).mean())


def _kish(n: Ints) -> float:
    return float(n.sum() ** 2 / (n.astype(float) ** 2).sum())


def _percent(value: float, digits: int = 1) -> str:
    return f"{100 * value:.{digits}f} %"


def compared(draws: int) -> Iterator[str]:
    """Every method on every cell, and then the lab's, cell by cell."""
    found: dict[str, dict[tuple[str, float, float], Cell]] = {name: {} for name in METHODS}
    for profile, n in profiles().items():
        random = np.random.default_rng(SEED)
        for correlation in CORRELATIONS:
            for share in SHARES:
                k = drawn(random, n, share, correlation, draws)
                for name, method in METHODS.items():
                    mine = k if name == CHOSEN else k[: max(1, draws // 5)]
                    found[name][profile, correlation, share] = cell(method(mine, n), share)
    cells = len(found[CHOSEN])
    yield f"## Methods\n\n{cells} cells: 9 profiles, correlations of {', '.join(map(str, CORRELATIONS))} and shares of"
    yield f"{', '.join(f'{100 * share:g}' for share in SHARES)} %. Above: the truth lies above the upper bound.\n"
    columns = ("method", "lowest coverage", "there", "cells below 94 %", "mean coverage", "above", "below", "width")
    yield f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|"
    for name, its in found.items():
        worst = min(its, key=lambda key: its[key][0])
        table = np.array(list(its.values()))
        where = f"{worst[0]}, correlation {worst[1]:g}, {100 * worst[2]:g} %"
        means = " | ".join(_percent(value) for value in table.mean(axis=0))
        yield f"| {name} | {_percent(its[worst][0])} | {where} | {int((table[:, 0] < LEAST).sum())} | {means} |"
    yield "\n## The lab's, cell by cell\n\nLowest coverage over the correlations; in brackets the most misses above.\n"
    yield f"| sizes | rows | clusters | n after Kish | {' | '.join(f'{100 * share:g} %' for share in SHARES)} |"
    yield "|---" * (4 + len(SHARES)) + "|"
    mine = found[CHOSEN]
    for profile, n in profiles().items():
        shown = []
        for share in SHARES:
            all_ = [mine[profile, correlation, share] for correlation in CORRELATIONS]
            shown.append(f"{100 * min(a[0] for a in all_):.1f} ({100 * max(a[1] for a in all_):.1f})")
        yield f"| {profile} | {n.sum():,} | {len(n):,} | {_kish(n):,.0f} | {' | '.join(shown)} |"


def otherwise(draws: int) -> Iterator[str]:
    """What the model of the table above does not say: other kinds of dependence."""
    yield "\n## Where clusters are otherwise\n"
    yield "| what | lowest coverage | there | cells below 94 % |\n|---|---|---|---|"
    kinds = {
        "half of the clusters all alike, half independent rows": _mixed,
        "smaller clusters are hit more (as 1 / the root of their size), correlation 0.5": _by_size(-0.5),
        "larger clusters are hit more (as the root of their size), correlation 0.5": _by_size(0.5),
    }
    for name, made in kinds.items():
        cells = {}
        for profile, n in profiles().items():
            random = np.random.default_rng(SEED)
            for share in SHARES:
                k, truth = made(random, n, share, draws)
                cells[profile, share] = cell(lab(k, n), truth)[0]
        worst = min(cells, key=lambda key: cells[key])
        low = sum(value < LEAST for value in cells.values())
        yield f"| {name} | {_percent(cells[worst])} | {worst[0]}, {100 * worst[1]:g} % | {low} of {len(cells)} |"


def _mixed(random: np.random.Generator, n: Ints, share: float, draws: int) -> tuple[Ints, float]:
    whole = random.random((draws, len(n))) < 0.5
    return np.where(whole, drawn(random, n, share, 1.0, draws), random.binomial(n, share, (draws, len(n)))), share


def _by_size(power: float):  # type: ignore[no-untyped-def]
    def made(random: np.random.Generator, n: Ints, share: float, draws: int) -> tuple[Ints, float]:
        weight = n.astype(float) ** power
        rates = np.minimum(0.95, share * weight * n.sum() / (n * weight).sum())
        return drawn(random, n, rates, 0.5, draws), float((rates * n).sum() / n.sum())

    return made


def differences(draws: int) -> Iterator[str]:
    """The interval of a difference, and whether it agrees with its test.  The changes of a cluster go one way."""
    yield "\n## Differences\n\nThe interval of a change, and how often it and the permutation test disagree on 0.\n"
    yield "| gained, lost | correlation | lowest coverage | there | disagree at most |\n|---|---|---|---|---|"
    for gained, lost in CHANGES:
        for correlation in (0.3, 1.0):
            cells: dict[str, tuple[float, float]] = {}
            for profile, n in profiles().items():
                random = np.random.default_rng(SEED)
                changed = drawn(random, n, gained + lost, correlation, draws)
                upwards = random.random(changed.shape) < gained / (gained + lost)
                truth, held, other = gained - lost, 0, 0
                for a, b in zip(changed * upwards, changed * ~upwards, strict=True):
                    found, p = difference(a, b, n), p_value(a - b)
                    assert found.low is not None
                    assert found.high is not None
                    held += found.low <= truth <= found.high
                    other += (p is not None and p < 0.05) != (found.low > 0 or found.high < 0)
                cells[profile] = held / draws, other / draws
            worst = min(cells, key=lambda name: cells[name][0])
            most = max(other for _, other in cells.values())
            yield (
                f"| {100 * gained:g} %, {100 * lost:g} % | {correlation:g} | {_percent(cells[worst][0])} | {worst} "
                f"| {_percent(most)} |"
            )


def page(draws: int) -> str:
    lines = [
        "# Coverage",
        "",
        f"How often intervals at 95 % hold the truth, {draws:,} draws a cell of the lab's, a fifth of that of the",
        "others and a twentieth of differences. Written by `python -m bench.coverage.run --write`. Chance alone moves",
        "the lowest of so many cells by a point and more, and by three and more where there are 400 draws.",
        "",
        *compared(draws),
        *otherwise(draws),
        *differences(max(50, draws // 20)),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2_000)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    text = page(arguments.draws)
    if arguments.write:
        (HERE / "table.md").write_text(text, encoding="utf-8", newline="\n")
    else:
        print(text)
