"""How often intervals of corpora pooled hold the truth.

    python -m bench.coverage.pooled                  # prints bench/coverage/pooled.md, 2,000 draws a cell
    python -m bench.coverage.pooled --write
    python -m bench.coverage.pooled --draws 200

Corpora of independent rows, and some whose rows lie in clusters of the sizes of `profiles.json`; their shares alike,
or far apart, so that one of them is hardly ever hit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from bench.coverage.command import print_page
from bench.coverage.run import HERE, LEAST, SEED, cell, drawn, profiles
from modengine.lab.stats.design import Ints
from modengine.lab.stats.intervals import proportion
from modengine.lab.stats.pooled import pooled

ALIKE = 0.3
"""How alike the rows of a cluster are."""
POOLS: Mapping[str, tuple[int | str, ...]] = {
    "2 of 500 rows": (500, 500),
    "100 and 10,000 rows": (100, 10_000),
    "3 of 10 rows": (10, 10, 10),
    "500, 1,250 and 5,000 rows": (500, 1250, 5000),
    "13 of 1,000 rows": (1000,) * 13,
    "two in clusters": ("mhc-zh, harmless, by template", "teleantifraud, by opening words"),
    "three in clusters, one of 5,000 rows": (
        "mhc-zh, harmless, by template", "checked-real, near-duplicates", "chinese-poetry, by title", 5000,
    ),
}  # fmt: skip
SHARES: Mapping[str, tuple[float, ...]] = {
    "0.03 %": (0.0003,), "1 %": (0.01,), "30 %": (0.3,), "0.1 % and 2 %": (0.001, 0.02), "2 % and 0.1 %": (0.02, 0.001),
    "60 % and 97 %": (0.6, 0.97),
}  # fmt: skip
"""In turn, corpus after corpus."""


def cells(draws: int) -> Iterator[tuple[str, str, str, tuple[float, float, float, float]]]:
    known = profiles()
    for pool, corpora in POOLS.items():
        sizes = [np.ones(of, np.int64) if isinstance(of, int) else known[of] for of in corpora]
        for name, shares in SHARES.items():
            random = np.random.default_rng(SEED)
            truth = np.array([shares[i % len(shares)] for i in range(len(sizes))])
            made: list[Ints] = [drawn(random, n, p, ALIKE, draws) for n, p in zip(sizes, truth, strict=True)]
            parts = [[proportion(k[i], n) for k, n in zip(made, sizes, strict=True)] for i in range(draws)]
            for weights, w in (("rows", np.array([n.sum() for n in sizes], float)), ("corpora", np.ones(len(sizes)))):
                found = [pooled(part, list(w)) for part in parts]
                bounds = (np.array([one.low for one in found]), np.array([one.high for one in found]))
                yield pool, name, weights, cell(bounds, float(truth @ w / w.sum()))


def page(draws: int) -> str:
    found = list(cells(draws))
    lines = [
        "# Coverage of pooled shares",
        "",
        f"How often intervals at 95 % hold the truth where corpora are pooled, {draws:,} draws a cell, rows of a",
        f"cluster alike by {ALIKE}. Written by `python -m bench.coverage.pooled --write`. Cells below",
        f"{100 * LEAST:.0f} %: {sum(c[0] < LEAST for *_, c in found)} of {len(found)}; the lowest "
        f"{100 * min(c[0] for *_, c in found):.1f} %.",
        "",
        "| corpora | shares in turn | alike | coverage | truth above | truth below | width |",
        "|---|---|---|---|---|---|---|",
    ]
    for pool, shares, weights, (covered, above, below, width) in found:
        figures = " | ".join(f"{100 * value:.1f} %" for value in (covered, above, below))
        lines.append(f"| {pool} | {shares} | {weights} | {figures} | {100 * width:.2f} % |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print_page(__doc__, page, 2000, HERE / "pooled.md")
