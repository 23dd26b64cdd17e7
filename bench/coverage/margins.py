"""How often a difference that lies on its margin passes for one within it: the level of the test of a margin.

    python -m bench.coverage.margins                  # prints bench/coverage/margins.md, 600 draws a cell
    python -m bench.coverage.margins --write
    python -m bench.coverage.margins --draws 200

Rows that are independent, and rows in clusters of the sizes of `profiles.json`; so many are lost, and so many gained,
that the true difference is the margin.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench.coverage.command import print_page
from bench.coverage.run import HERE, SEED, profiles
from modengine.lab.stats.paired import paired_score

CHANGES = ((0.0, 0.02), (0.01, 0.03), (0.02, 0.07), (0.1, 0.12))
"""Shares gained and lost; the margin is what is lost more than gained."""
TOGETHER = (0.0, 0.7)
"""The part of the rows of a cluster that change together."""
LEVELS = (0.05, 0.025)
SIZES = ("mhc-zh, harmless, by template", "checked-real, near-duplicates", "teleantifraud, by opening words")


def cells(draws: int) -> Iterator[tuple[str, float, float, float, tuple[float, ...]]]:
    known = profiles()
    sizes = {f"{rows:,} independent rows": np.ones(rows, np.int64) for rows in (200, 2000)}
    for name, n in (sizes | {name: known[name] for name in SIZES}).items():
        codes = np.repeat(np.arange(len(n)), n)
        everything = np.ones(len(codes), np.bool_)
        for gained, lost in CHANGES:
            for together in TOGETHER if len(n) < len(codes) else (0.0,):
                random = np.random.default_rng(SEED)
                p = np.empty(draws)
                for i in range(draws):
                    of = random.random(len(n))[codes]
                    at = np.where(random.random(len(codes)) < together, of, random.random(len(codes)))
                    tested = paired_score(codes, at > 1 - lost, at < gained, everything)
                    assert tested is not None
                    p[i] = tested.p_above(gained - lost)
                yield name, gained, lost, together, tuple(float((p < level).mean()) for level in LEVELS)


def page(draws: int) -> str:
    found = list(cells(draws))
    most = [100 * max(passed[i] for *_, passed in found) for i in range(len(LEVELS))]
    lines = [
        "# The level of the test of a margin",
        "",
        f"How often a difference that lies on its margin is taken for one within it, {draws:,} draws a cell. Written",
        f"by `python -m bench.coverage.margins --write`. At 5 % at most {most[0]:.1f} %, at 2.5 % at most",
        f"{most[1]:.1f} %.",
        "",
        "| rows | gained | lost | change together | passed at 5 % | at 2.5 % |",
        "|---|---|---|---|---|---|",
    ]
    for name, gained, lost, together, passed in found:
        shares = " | ".join(f"{100 * value:.0f} %" for value in (gained, lost, together))
        lines.append(f"| {name} | {shares} | {' | '.join(f'{100 * value:.1f} %' for value in passed)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print_page(__doc__, page, 600, HERE / "margins.md")
