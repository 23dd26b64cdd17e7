"""How often the intervals of coded samples hold a truth that is known; `bench/coding.py` has the whole table."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bench.coding import FAR, FIGURES, RESULTS, SCENARIOS, Scenario, coverage
from modengine.lab.coding.agreement import alpha, alpha_interval


@pytest.mark.parametrize("scenario", [*SCENARIOS, *FAR], ids=lambda scenario: scenario.name)
def test_the_intervals_hold_the_truth_as_often_as_the_table_says(scenario: Scenario) -> None:
    """Of 200 draws; five standard deviations of chance on both sides."""
    results = json.loads(RESULTS.read_text("utf-8"))
    kept = (results["coverage"] | results["far"])[scenario.name]
    found = coverage(scenario, 200)
    assert {name: share for name, share in found.items() if abs(share - kept[name]) > 0.08} == {}
    assert set(found) == set(FIGURES)


def test_the_interval_holds_the_alpha_of_the_population_as_often_as_it_says() -> None:
    """A population in which each row's codings are of the row's kind nine times in ten."""
    random = np.random.default_rng(5)

    def population(rows: int) -> list[list[bool]]:
        kind = random.random(rows) < 0.3
        return (kind[:, None] ^ (random.random((rows, 2)) < 0.1)).tolist()

    truth = alpha(population(200_000))
    assert truth is not None
    held = 0
    for number in range(200):
        found = alpha_interval(population(150), np.arange(150), number)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert 180 <= held <= 198
